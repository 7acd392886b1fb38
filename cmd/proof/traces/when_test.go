package traces

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"tipbox/cmd/internal/boxtest"
)

// TestAuditWhoSentWhen is the attack of someone behind the sender's own address,
// as in one household: they send until they are asked for work, and from how many
// that took they want to see whether somebody else has sent just before. It is done
// to the real program as often as a test has time for: were the bounds exact, each
// run would tell. TestLimitsCannotBeRead does it often enough for small leaks.
func TestAuditWhoSentWhen(t *testing.T) {
	t.Parallel()
	const runs = 10 // with the tip, and as many without
	_, flags := boxtest.Recruit(t)
	wide := `{ count = 1000000, per = "1h", burst = 1000000 }`
	config := boxtest.Init(t, boxtest.MailServer(t, nil), fmt.Sprintf(
		"[limits]\nsender = { count = 4, per = \"1h\", burst = 4 }\nsite = %s\nall = %s\n", wide, wide), append(flags, "--base-url", "https://tip.example.vn")...)
	box := boxtest.Serve(t, config)

	counts, thanks := make(map[bool][]int), make(map[string]int)
	tries := 0
	for run := range 2 * runs {
		v := boxtest.NewVillager(t, box.URL+"/t/ncs01?l=vi")
		v.Line = withHeader{v.Line, "X-Forwarded-For", netip.AddrFrom4([4]byte{198, 18, 0, byte(run)}).String()}
		taken := func(text string) bool {
			a, err := v.Write(t.Context(), boxtest.Report(text))
			if err != nil {
				t.Fatal(err, box.Said)
			}
			switch {
			case a.Taken():
				names := make([]string, 0, len(a.Header))
				for name := range a.Header {
					names = append(names, name)
				}
				slices.Sort(names)
				thanks[fmt.Sprint(a.Status, len(a.Body), len(a.Header.Get("Location")), names)]++
			case a.Status != http.StatusTooManyRequests || a.Header.Get("Tipbox-Work") == "":
				t.Fatal(a)
			}
			return a.Taken()
		}
		sent := run%2 == 0
		if sent && !taken("Tin của người khác trong nhà.") {
			t.Fatal("the tip that is looked for was refused")
		}
		n := 0
		for taken(fmt.Sprintf("Thử lần %03d.", n)) {
			if n++; n > 100 {
				t.Fatal("nobody is ever asked for work")
			}
		}
		counts[sent] = append(counts[sent], n)
		tries += n + 1
	}
	told := 0.0
	for _, a := range counts[true] {
		for _, b := range counts[false] {
			if a < b {
				told++
			} else if a == b {
				told += 0.5
			}
		}
	}
	told /= runs * runs
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "who sent when\ttries\ttells with an AUC of\tanswers that differ by lane\t")
	fmt.Fprintf(w, "a tip from the attacker's own address\t%d\t%.2f\t%d\t\n", tries, told, len(thanks)-1)
	w.Flush()
	t.Log("\n" + table.String())
	if told < 0.05 || told > 0.95 {
		t.Errorf("the attack tells with an AUC of %.2f: %v", told, counts)
	}
	if len(thanks) != 1 {
		t.Errorf("answers that differ: %v", thanks)
	}
}
