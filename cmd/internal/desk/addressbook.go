package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/intake"
	"tipbox/templates/browser"
)

// addressBook is what the desk is told of the units: whom to call, and to whom a tip
// that is passed on is sealed. Its JSON stands in the desk's page (docs/formats.md).
type addressBook struct {
	Made    string        `json:"made"` // a day
	BaseURL string        `json:"base_url"`
	Units   []addressUnit `json:"units"`
}

// addressUnit is one unit. It has no recipients where its recipients file could not
// be read: it can be called, and nothing can be sealed to it.
type addressUnit struct {
	ID         string       `json:"id"`
	Name       intake.Names `json:"name"`
	Phone      string       `json:"phone"`
	Mail       []string     `json:"mail"`
	Recipients []string     `json:"recipients"`

	Deadlines map[string]string `json:"deadlines,omitempty"` // that are not the law's
}

// keysOf returns the unit's recipients.
func (u *addressUnit) keysOf() (*keys.Recipients, error) {
	return keys.ParseRecipients(strings.NewReader(strings.Join(u.Recipients, "\n")))
}

// title returns the unit's name in Vietnamese, or its id.
func (u *addressUnit) title() string {
	if name := u.Name.In("vi"); name != "" {
		return name
	}
	return u.ID
}

// unit returns the unit with the id, or nil.
func (b *addressBook) unit(id string) *addressUnit {
	for i := range b.Units {
		if b.Units[i].ID == id {
			return &b.Units[i]
		}
	}
	return nil
}

// configured reads the address book from a tipbox.toml. A unit whose recipients file
// cannot be read is told, and stays without: the others' officers need their desk.
func configured(t *terminal.Terminal, path string, now time.Time) (*addressBook, error) {
	draft, err := config.ReadDraft(path)
	if err != nil {
		return nil, terminal.Hint(terminal.Usage(err), "name the tipbox.toml with -c FILE; tipbox check -c FILE says more")
	}
	var wrong []config.Problem
	for _, p := range draft.Problems(nil) {
		if !strings.HasSuffix(p.Key, ".recipients_file") && !strings.HasSuffix(p.Key, ".oversight_file") {
			wrong = append(wrong, p)
		}
	}
	if len(wrong) > 0 {
		return nil, terminal.Hint(terminal.Usage(&config.Error{File: path, Problems: wrong}), "tipbox check -c "+path+" says more")
	}
	b := &addressBook{Made: now.Format(time.DateOnly), BaseURL: strings.TrimSuffix(draft.BaseURL(), "/")}
	for _, u := range draft.Units() {
		entry := addressUnit{ID: u.ID, Name: u.Name, Phone: u.Phone, Mail: u.Mail, Recipients: []string{}, Deadlines: u.Deadlines}
		recipients, err := keys.ReadRecipients(u.RecipientsFile)
		if err != nil {
			t.Warn("%s: không đọc được khóa của đơn vị này, nên không chuyển tin cho họ được / this unit's recipients cannot be read, so nothing can be passed on to it: %v", u.ID, err)
		} else {
			entry.Recipients = recipients.Strings()
		}
		b.Units = append(b.Units, entry)
	}
	return b, nil
}

var errNoAddressBook = errors.New("trang này không có danh bạ / there is no address book in this page")

// inPage reads the address book out of a desk's page.
func inPage(page []byte) (*addressBook, error) {
	_, text := browser.TakeAddressBook(page)
	if len(text) == 0 {
		return nil, errNoAddressBook
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	b := new(addressBook)
	if err := dec.Decode(b); err != nil {
		return nil, fmt.Errorf("reading the address book: %w", err)
	}
	if dec.More() {
		return nil, errors.New("reading the address book: something stands behind it")
	}
	return b, nil
}

// print lists each unit's fingerprints: data, a line a recipient.
func (b *addressBook) print(t *terminal.Terminal) {
	t.Say("Danh bạ ngày %s, hòm thư %s, %d đơn vị. Vân tay khóa, để đối chiếu qua điện thoại: / Its address book of %[1]s, %[3]d units, with fingerprints to compare over the telephone:", b.Made, b.BaseURL, len(b.Units))
	for _, u := range b.Units {
		recipients, err := u.keysOf()
		if err != nil {
			fmt.Fprintf(t.Out, "%s  %-29s  %s\n", u.ID, "không có khóa / no key", open.VisibleLine(u.title()))
			continue
		}
		for _, r := range recipients.All() {
			fmt.Fprintf(t.Out, "%s  %s  %s\n", u.ID, r.Fingerprint(), open.VisibleLine(u.title()))
		}
	}
}
