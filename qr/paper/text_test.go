package paper

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// sheetText returns the lines as a person types them.
func sheetText(t *testing.T, locked []byte) []string {
	t.Helper()
	lines, err := split(locked)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, line := range lines {
		label, groups := typed(i+1, len(lines), line)
		out = append(out, label+" "+strings.Join(groups, " "))
	}
	return out
}

// TestTyped: what people type is read as they meant it, and each mistyped line is named.
func TestTyped(t *testing.T) {
	want := identity(3, 330)
	lines := sheetText(t, want)
	restore := func(text string) ([]byte, error) {
		var r Reading
		if err := r.AddText(text); err != nil {
			return nil, err
		}
		return r.Locked()
	}
	shuffled := slices.Clone(lines)
	slices.Reverse(shuffled)
	for name, text := range map[string]string{
		"as printed":         strings.Join(lines, "\n"),
		"backwards, twice":   strings.Join(append(shuffled, lines...), "\r\n"),
		"lower case":         strings.ToLower(strings.Join(lines, "\n")),
		"without spaces":     strings.NewReplacer(" ", "", "/17", "/17 ").Replace(strings.Join(lines, "\n")),
		"digits for O and I": strings.NewReplacer("O", "0", "I", "1", "B", "8").Replace(strings.Join(lines, "\n")),
		"with prose":         "Bản sao khóa\n1. Quét\n\n" + strings.Join(lines, "\n\n") + "\nhết",
	} {
		if got, err := restore(text); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v", name, err)
		}
	}

	// Every wrong letter is noticed and its line told.
	for i := range lines {
		for _, at := range []int{6, len(lines[i]) / 2, len(lines[i]) - 1} {
			wrong := slices.Clone(lines)
			b := []byte(wrong[i])
			if b[at] == ' ' {
				at++
			}
			b[at] = map[bool]byte{true: 'A', false: 'Q'}[b[at] != 'A']
			wrong[i] = string(b)
			_, err := restore(strings.Join(wrong, "\n"))
			var typo *TypoError
			if !errors.As(err, &typo) || !slices.Equal(typo.Lines, []int{i + 1}) {
				t.Errorf("line %d, letter %d: %v", i+1, at, err)
			}
		}
	}
	// So are two groups swapped, a line under another's number, letters left out.
	swapped := slices.Clone(lines)
	swapped[1] = swapped[1][:6] + swapped[1][11:16] + swapped[1][6:11] + swapped[1][16:]
	swapped[4] = swapped[4][:6] + swapped[5][6:]
	swapped[8] = swapped[8][:20]
	swapped[9] = swapped[9][:7] + "Â" + swapped[9][9:]
	_, err := restore(strings.Join(swapped, "\n"))
	var typo *TypoError
	if !errors.As(err, &typo) || !slices.Equal(typo.Lines, []int{2, 5, 9, 10}) || !errors.Is(err, ErrVietnamese) {
		t.Errorf("%v", err)
	}
	if typo.Error() != "mistyped: line 2, 5, 9-10" {
		t.Error(typo)
	}

	var missing *MissingError
	if _, err := restore(strings.Join(append(slices.Clone(lines[:3]), lines[5:]...), "\n")); !errors.As(err, &missing) ||
		!slices.Equal(missing.Lines, []int{4, 5}) || missing.Total != len(lines) {
		t.Errorf("missing: %v", err)
	}
	other := sheetText(t, identity(4, 330))
	if _, err := restore(strings.Join(append(slices.Clone(lines), other[0]), "\n")); !errors.Is(err, ErrTwoSheets) {
		t.Errorf("two sheets: %v", err)
	}
	if _, err := restore(strings.Join(append(slices.Clone(lines[1:]), other[0]), "\n")); !errors.Is(err, ErrWrongSum) {
		t.Errorf("a line of another sheet: %v", err)
	}
	if _, err := restore("Xin chào\n1/2 là một nửa"); !errors.Is(err, ErrNoLine) && !errors.As(err, &typo) {
		t.Errorf("prose: %v", err)
	}
	if _, err := restore(""); !errors.Is(err, ErrNoLine) {
		t.Errorf("nothing: %v", err)
	}
}

// TestCodeAndLines: one code of two and the other's lines make a whole.
func TestCodeAndLines(t *testing.T) {
	want := identity(5, 330)
	lines, err := split(want)
	if err != nil {
		t.Fatal(err)
	}
	list := codes(len(lines))
	if len(list) != 2 {
		t.Fatalf("%d codes", len(list))
	}
	c, data, ok := parseCode(list[1].text(lines))
	if !ok || c != list[1] {
		t.Fatalf("code %+v, %v", c, ok)
	}
	var r Reading
	for i, line := range data {
		if err := r.add(c.first+i, c.total, line); err != nil {
			t.Fatal(err)
		}
	}
	var missing *MissingError
	if _, err := r.Locked(); !errors.As(err, &missing) || missing.Lines[0] != 1 || len(missing.Lines) != list[0].last {
		t.Errorf("%v", err)
	}
	if err := r.AddText(strings.Join(sheetText(t, want)[:list[0].last], "\n")); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Locked(); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v", err)
	}
}

// FuzzParse: no code and no text, whatever it says, breaks the reading.
func FuzzParse(f *testing.F) {
	f.Add("TIPBOX1:01-09/17:AAAA")
	f.Add("TIPBOX1:01-01/01:" + strings.Repeat("A", 32))
	f.Add("01/02 ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567 ABCD")
	f.Fuzz(func(t *testing.T, text string) {
		var r Reading
		if c, lines, ok := parseCode(text); ok {
			for i, line := range lines {
				if r.add(c.first+i, c.total, line) != nil {
					t.Error("a code contradicts itself")
				}
			}
			if len(lines) != c.last-c.first+1 || c.text(slices.Concat(make([][]byte, c.first-1), lines)) == "" {
				t.Errorf("%d lines of %+v", len(lines), c)
			}
		}
		_ = r.AddText(text)
		_, _ = r.Locked()
	})
}
