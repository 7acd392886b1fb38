package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"

	"tipbox/intake"
	"tipbox/intake/pasted"
)

// odd finds in every value of the file what no person sees, or sees as something
// else. Names it joins to one form.
func (c *checker) odd(f *file) {
	c.oddValue("", "", reflect.ValueOf(f).Elem())
}

func (c *checker) oddValue(key, kind string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			c.oddValue(join(key, field.Tag.Get("toml")), field.Tag.Get("pasted"), v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.oddValue(fmt.Sprintf("%s[%d]", key, i), kind, v.Index(i))
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			c.oddValue(key, kind, v.Elem())
		}
	case reflect.Map:
		names, ok := v.Interface().(intake.Names)
		if !ok {
			return
		}
		for lang, name := range names {
			composed, err := pasted.Name(name)
			c.tellOdd(key+"."+lang, name, err)
			names[lang] = composed
		}
	case reflect.String:
		c.oddText(key, kind, v.String())
	}
}

func (c *checker) oddText(key, kind, s string) {
	composed, err := pasted.Name(s)
	switch kind {
	case "path":
		if _, missing := os.Lstat(c.path(s)); missing == nil {
			return // however it is written
		}
		if err == nil && composed != s {
			c.bad(key, "%q: its accents stand apart from their letters, as Macs write names, and there is no such file: type it again", composed)
			c.told[c.at.path+" "+key] = true
		}
	case "name":
	case "secret":
		if odd := new(pasted.OddError); errors.As(pasted.Value(s), &odd) {
			err = errors.New(odd.What())
		}
	default:
		err = pasted.Value(s)
	}
	c.tellOdd(key, s, err)
}

// tellOdd notes the error, and that no more need be said of the key. Of a secret
// key, which must not be repeated, it says what is expected there.
func (c *checker) tellOdd(key, value string, err error) {
	if err != nil && !secretKey.MatchString(value) {
		c.bad(key, "%v", err)
		c.told[c.at.path+" "+key] = true
	}
}
