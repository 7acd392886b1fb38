package smtptest

import (
	"math/rand/v2"
	"sync"
)

// Step is a point of the conversation at which the server answers.
type Step string

// The steps, in their order. At Message the whole message has been received.
const (
	Connect   Step = "connect"
	Hello     Step = "hello"
	Encrypt   Step = "starttls"
	Login     Step = "auth"
	From      Step = "mail"
	Recipient Step = "rcpt"
	Data      Step = "data"
	Message   Step = "message"
	Reset     Step = "rset"
	Quit      Step = "quit"
)

// Event is what the server is about to answer.
type Event struct {
	Step       Step
	Conn       int    // number of the connection, from 1
	Count      int    // how many times the server has come to this step, from 1
	ReturnPath string // from From on, with its brackets
	To         string // at Recipient, without brackets
}

// Answer is what the server does at a step.
type Answer struct {
	reply string
	take  bool // at Message: keep the mail though the reply is not the usual one
	drop  bool
	stall bool
}

// Answers without words of their own.
var (
	Usual       = Answer{}                       // as a healthy server does
	Drop        = Answer{drop: true}             // end the connection instead
	TakeAndDrop = Answer{take: true, drop: true} // at Message: keep the mail, then Drop
	Stall       = Answer{stall: true}            // never answer, until the client leaves
)

// Say answers with the line, such as "451 4.3.0 try again later".
func Say(line string) Answer { return Answer{reply: line} }

// SayAndDrop answers with the line and ends the connection.
func SayAndDrop(line string) Answer { return Answer{reply: line, drop: true} }

// At gives the answer at one step and Usual at all others.
func At(step Step, a Answer) func(Event) Answer {
	return func(e Event) Answer {
		if e.Step == step {
			return a
		}
		return Usual
	}
}

// Rates say how often a step of Random goes wrong, as parts of 1.
type Rates struct {
	Refuse      float64 // 5xx, at Recipient
	Defer       float64 // 4xx, at Connect, From, Recipient, Data and Message
	Drop        float64 // at every step
	TakeAndDrop float64 // at Message: the client cannot know that the mail is taken
	Stall       float64 // at every step
}

// Random goes wrong at random, in the same way for the same seed where the
// steps come in the same order.
func Random(seed uint64, r Rates) func(Event) Answer {
	var mu sync.Mutex
	rng := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // to be repeatable is the point
	return func(e Event) Answer {
		mu.Lock()
		x := rng.Float64()
		mu.Unlock()
		in := func(rate float64, steps ...Step) bool {
			applies := len(steps) == 0
			for _, s := range steps {
				applies = applies || s == e.Step
			}
			if !applies {
				return false
			}
			x -= rate
			return x < 0
		}
		switch {
		case in(r.Refuse, Recipient):
			return Say("550 5.1.1 no such user")
		case in(r.Defer, Connect):
			return SayAndDrop("421 4.3.2 too busy")
		case in(r.Defer, From, Recipient, Data, Message):
			return Say("451 4.3.0 try again later")
		case in(r.TakeAndDrop, Message):
			return TakeAndDrop
		case in(r.Drop):
			return Drop
		case in(r.Stall):
			return Stall
		}
		return Usual
	}
}
