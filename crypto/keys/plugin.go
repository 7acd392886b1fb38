package keys

import (
	"errors"
	"fmt"

	"filippo.io/age"
	"filippo.io/age/plugin"
)

// PluginError is a failure of the program that holds a plugin's identity, such
// as age-plugin-yubikey, to answer.
type PluginError struct {
	Name    string // the program is age-plugin-NAME
	Missing bool   // the program is not on this machine
	Err     error
}

func (e *PluginError) Error() string { return fmt.Sprintf("age-plugin-%s: %v", e.Name, e.Err) }

// Unwrap returns what the program or its start failed with.
func (e *PluginError) Unwrap() error { return e.Err }

// pluginIdentity makes the failures of a plugin recognisable.
type pluginIdentity struct{ *plugin.Identity }

func (i pluginIdentity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	key, err := i.Identity.Unwrap(stanzas)
	if err != nil && !errors.Is(err, age.ErrIncorrectIdentity) {
		var missing *plugin.NotFoundError
		return nil, &PluginError{Name: i.Name(), Missing: errors.As(err, &missing), Err: err}
	}
	return key, err
}
