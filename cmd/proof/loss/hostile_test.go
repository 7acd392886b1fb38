package loss

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// TestHostileCrowd holds 1,000 connections that drip a header and 200 uploads
// that stall in the middle of a photo, and lets villagers through all the while.
func TestHostileCrowd(t *testing.T) {
	t.Parallel()
	const lorises, stalls, villagers = 1000, 200, 10
	allowFiles(t, 2*(lorises+stalls)+500)
	mails := boxtest.MailServer(t, nil)
	officer, flags := boxtest.Recruit(t)
	box := boxtest.Serve(t, boxtest.Init(t, mails, boxtest.Wide, flags...))
	addr := strings.TrimPrefix(box.URL, "http://")

	hold := func(n int, open string) {
		var dials sync.WaitGroup
		for range 20 {
			dials.Go(func() {
				for range n / 20 {
					c, err := waittest.Dial("tcp", addr)
					if err != nil {
						t.Error(err)
						return
					}
					t.Cleanup(func() { c.Close() })
					if _, err := io.WriteString(c, open); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		dials.Wait()
	}
	hold(lorises, "GET /t/ncs01 HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b")
	photo := string(boxtest.Photograph(t, 5, 1600, 1200))
	hold(stalls, fmt.Sprintf("POST /t/ncs01 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=line\r\n"+
		"Content-Length: %d\r\n\r\n--line\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n%s", 15<<20, photo[:len(photo)/2]))

	var texts []string
	for i := range villagers {
		text := fmt.Sprintf("Người thứ %d giữa đám đông.", i)
		tip := boxtest.Report(text)
		if i%2 == 0 {
			tip.Photos = [][]byte{boxtest.Photograph(t, uint64(i), 800, 600)}
		}
		a, err := boxtest.NewVillager(t, box.URL+"/t/ncs01").Write(t.Context(), tip)
		if err != nil || !a.Taken() {
			t.Fatalf("villager %d: %v, answer %+v\n%s", i, err, a, box.Said)
		}
		texts = append(texts, text)
	}
	mails.Wait(len(texts))
	officer.Want(mails.Mails(), texts, 1)
	if code, parts := box.Health("/readyz"); code != http.StatusOK {
		t.Errorf("not ready: %v", parts)
	}
}

// allowFiles makes sure that this process, and so the server that it starts, may
// have that many open.
func allowFiles(t testing.TB, n uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur >= n {
		return
	}
	limit.Cur = n
	limit.Max = max(limit.Max, n)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatalf("this test needs %d open files (ulimit -n %d): %v", n, n, err)
	}
}
