package paper

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/sheets.json and sheet.png anew, with pdftoppm")

// vector is a locked identity and what its sheet says, as lines and as codes.
type vector struct {
	Locked []byte // base64 in the file
	Lines  []string
	Codes  []string
}

// TestVectors holds what stands on a sheet: the desk in the browser prints and
// reads the same, and is tested against the same files. Sheets lie in safes.
func TestVectors(t *testing.T) {
	t.Parallel()
	var made []vector
	for _, size := range []int{330, 40, 192, MaxSize} {
		v := vector{Locked: identity(7, size)}
		lines, err := split(v.Locked)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range lines {
			label, groups := typed(i+1, len(lines), line)
			v.Lines = append(v.Lines, label+" "+strings.Join(groups, " "))
		}
		for _, c := range codes(len(lines)) {
			v.Codes = append(v.Codes, c.text(lines))
		}
		made = append(made, v)
	}
	b, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	vectors, picture := filepath.Join("testdata", "sheets.json"), filepath.Join("testdata", "sheet.png")
	if *update {
		if err := os.WriteFile(vectors, b, 0o644); err != nil {
			t.Fatal(err)
		}
		pdf, _ := print(t, made[0].Locked, "20")
		run(t, "pdftoppm", "-r", "110", "-mono", "-png", "-singlefile", pdf, strings.TrimSuffix(picture, ".png"))
	}
	want, err := os.ReadFile(vectors)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, want) {
		t.Errorf("a sheet no longer says what %s has: those that lie in safes must be read", vectors)
	}
	file, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	var r Reading
	if err := r.AddFile(file); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Locked(); err != nil || !bytes.Equal(got, made[0].Locked) {
		t.Errorf("the sheet in %s: %v", picture, err)
	}
}
