package config

import (
	"strings"

	"tipbox/crypto/book"
)

// given returns the deadlines that stand there, by the names that the desk knows them
// by, or nil.
func (d deadlines) given() map[string]string {
	all := map[string]string{
		"classify": d.Classify, "handOver": d.HandOver, "procuracy": d.Procuracy, "assign": d.Assign,
		"resolve": d.Resolve, "complex": d.Complex, "extension": d.Extension,
	}
	for name, span := range all {
		if span == "" {
			delete(all, name)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

func (c *checker) deadlines(key string, d deadlines) {
	for name, span := range d.given() {
		if _, err := book.ParseSpan(span); err != nil {
			c.bad(key+"."+strings.Replace(name, "handOver", "hand_over", 1), "%q: expected hours, days or months, such as 24h, 3d or 2mo", span)
		}
	}
}
