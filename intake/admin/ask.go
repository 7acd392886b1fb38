package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Report is what /healthz and /readyz say.
type Report struct {
	Status State  `json:"status"` // the worst of the parts
	Parts  []Said `json:"parts"`
}

// Said is what a part says of itself.
type Said struct {
	Name   string `json:"name"`
	Status State  `json:"status"`
	Detail string `json:"detail,omitempty"`
}

// Ask asks the listener at addr, of a process that may be another one.
func Ask(ctx context.Context, addr string) (*Report, error) {
	if err := checkAddr(addr); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/healthz", nil)
	if err != nil {
		return nil, err
	}
	direct := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy of the environment's is between us and ourselves
	resp, err := direct.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	r := new(Report)
	if err := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, 1<<20)).Decode(r); err != nil {
		return nil, fmt.Errorf("what answers at %s is no tipbox: %w", addr, err)
	}
	return r, nil
}

// UnmarshalText implements encoding.TextUnmarshaler for String's words.
func (s *State) UnmarshalText(word []byte) error {
	for *s = range Unready + 1 {
		if s.String() == string(word) {
			return nil
		}
	}
	return fmt.Errorf("%q is no state of health", word)
}
