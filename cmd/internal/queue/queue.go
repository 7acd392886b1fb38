// Package queue is what tipbox spool does, beside a running server or without one.
package queue

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/intake/spool"
)

// Queue is what an operator wants done in the spool of a configuration.
type Queue struct {
	Config *config.Config
	ID     string // as it was typed, "" for none
	All    bool
	Day    string // of copies, where no id is given
	Dir    string // of what is adopted
}

// within is how soon a running server notices.
const within = "a running server does so within seconds"

// control opens the configuration's spool for an operator.
func (q *Queue) control() (*spool.Control, error) {
	dir := filepath.Join(q.Config.DataDir, "spool")
	d, err := spool.OpenControl(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, terminal.Hint(fmt.Errorf("no spool in %s yet", dir), "tipbox serve makes it when it first starts; is data_dir right?")
	case errors.Is(err, fs.ErrPermission):
		return nil, terminal.Hint(err, "run it as the user that tipbox serve runs as, or as root")
	}
	return d, err
}

// one opens the spool for a command about one tip.
func (q *Queue) one() (*spool.Control, intake.ID, error) {
	id, err := intake.ParseID(q.ID)
	if q.ID == "" {
		err = errors.New("expected a tip's id")
	}
	if err != nil {
		return nil, "", terminal.Hint(terminal.Usage(err), "tipbox spool list shows the ids")
	}
	d, err := q.control()
	return d, id, err
}

// oneOrAll is one for a command that takes --all instead of an id.
func (q *Queue) oneOrAll() (*spool.Control, intake.ID, error) {
	if q.All == (q.ID != "") {
		return nil, "", terminal.Hint(terminal.Usage(errors.New("expected one tip's id, or --all")), "tipbox spool list shows the ids; --all means all of them")
	}
	if q.All {
		d, err := q.control()
		return d, "", err
	}
	return q.one()
}

// notHere says of a tip why it is not where a command needs it.
func notHere(err error, id intake.ID, why string) error {
	if errors.Is(err, spool.ErrNotHere) {
		return terminal.Hint(fmt.Errorf("%s is %s", id, why), "tipbox spool list shows what is there")
	}
	return err
}
