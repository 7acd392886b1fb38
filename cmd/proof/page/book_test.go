package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"tipbox/cmd/internal/boxtest"
	"tipbox/templates/browser/browsertest"
)

// TestBook is a book between the command and the desk's script: made by the one,
// written in by the other, read, merged and printed by the first again; and one that the
// desk has made.
func TestBook(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	const register = "Mã tin,Đơn vị,Nơi dán,Hòm thư,Khẩn,Dòng đầu,Ngày mở,Trạng thái\nTB-7F3K-9QMX,na-co-sa,ncs01,Tố giác tội phạm,không,Có người chặt cây.,2026-11-29,mới\n"
	for name, content := range map[string]string{"khoa": identity.String() + "\n", "cu.csv": register} {
		if err := os.WriteFile(in(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	boxtest.Tipbox(t, "book", "import", "-i", in("khoa"), in("so-tin.age"), in("cu.csv"))
	page := browsertest.Node(t, "../../../templates/browser", time.Minute, "test/book-interop.mjs", identity.String(), in("so-tin.age"), in("moi.age"), in("lap.age"))
	if out, err := page.Output(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	boxtest.Tipbox(t, "book", "merge", "-i", in("khoa"), in("so-tin.age"), in("moi.age"))
	for command, wants := range map[string][]string{
		"show so-tin.age":   {"na-co-sa · 2 tin", "TB-7F3K-9QMX", "TB-1111-AAAA · KHẨN", "│ Có người chặt cây."},
		"export so-tin.age": {",tội phạm,", "Lò Văn Páo", "cầu treo"},
		"show lap.age":      {"na-co-sa · 0 tin"},
	} {
		verb, file, _ := strings.Cut(command, " ")
		said := boxtest.Tipbox(t, "book", verb, "-i", in("khoa"), in(file))
		for _, want := range wants {
			if !strings.Contains(said, want) {
				t.Errorf("tipbox book %s says nothing of %q:\n%s", command, want, said)
			}
		}
	}
}
