package server

import (
	"net/http"
	"time"
)

const (
	// An answer has answerStall for each answerPiece: it is cut where the client
	// takes nothing, not where its line is slow. 400 bytes per second is a tenth
	// of GPRS, and what fits the kernel's buffer is never waited for.
	answerStall = 10 * time.Second
	answerPiece = 4 << 10
)

// answerWriter tells the connection that a request's answer has begun and how it
// goes on. HTTP/2's flow control and a full socket both block in Write.
type answerWriter struct {
	http.ResponseWriter
	conn  *conn
	begun bool
}

// Unwrap is for http.ResponseController.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader begins the answer, unless the status is only informational.
func (w *answerWriter) WriteHeader(status int) {
	if status >= http.StatusOK {
		w.begin()
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write writes piece by piece, each with a deadline of its own.
func (w *answerWriter) Write(b []byte) (int, error) {
	w.begin()
	written := 0
	for {
		n, err := w.ResponseWriter.Write(b[written:min(written+answerPiece, len(b))])
		written += n
		if err != nil {
			return written, err
		}
		w.conn.goesOn(n)
		w.extend()
		if written == len(b) {
			return written, nil
		}
	}
}

func (w *answerWriter) begin() {
	if !w.begun {
		w.begun = true
		w.conn.answerBegins()
		w.extend()
	}
}

// extend leaves the time also for what net/http still holds when a handler ends.
func (w *answerWriter) extend() {
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(answerStall))
}

// end is called when the handler has returned.
func (w *answerWriter) end() {
	if w.begun {
		w.conn.answerEnds()
	}
}
