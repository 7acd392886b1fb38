package server

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

func TestHugeHeaders(t *testing.T) {
	for size, want := range map[int]int{8 << 10: 200, 20 << 10: 431, 1 << 20: 431} {
		synctest.Test(t, func(t *testing.T) {
			c := servePipes(t, Options{Handler: echoForm(NewBodies(BodyOptions{}))}).dial(t)
			go func() { // the server stops reading before the end
				fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Junk: %s\r\n\r\n", strings.Repeat("a", size))
			}()
			res, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil || res.StatusCode != want {
				t.Fatalf("%d bytes of header: %v, %v; want %d", size, res, err, want)
			}
			page, _ := io.ReadAll(res.Body)
			if told := strings.Contains(string(page), "cửa sổ ẩn danh"); told != (want == 431) {
				t.Errorf("%d bytes of header: the answer says\n%s", size, page)
			}
		})
	}
}

// TestBareSigns: a link that ends within a percent-encoded character, as one that a
// chat has cut, reaches its handler; what else is not HTTP is told so.
func TestBareSigns(t *testing.T) {
	paths := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
	for sent, want := range map[string]string{
		"/t/ncs01%": "/t/ncs01~", "/t/ncs01%2": "/t/ncs01~2", "/t/%ncs%30%31%zz": "/t/~ncs01~zz", "/t/ncs01%2E": "/t/ncs01.", "/t/ncs01?l=%": "/t/ncs01",
		"/t/ ncs01": "Không hiểu đường dẫn này",
	} {
		synctest.Test(t, func(t *testing.T) {
			c := servePipes(t, Options{Handler: paths}).dial(t)
			go fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nX-Sign: 100%%\r\n\r\n", sent)
			res, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := io.ReadAll(res.Body); !strings.HasPrefix(string(got), want) {
				t.Errorf("%s: %s", sent, got)
			}
		})
	}
}

// TestBodiesAreNotMended: what somebody writes may begin as a request does.
func TestBodiesAreNotMended(t *testing.T) {
	const head, text, tail = "--b\r\nContent-Disposition: form-data; name=message\r\n\r\n", "GET /% 100%", "\r\n--b--"
	synctest.Test(t, func(t *testing.T) {
		c := servePipes(t, Options{Handler: echoForm(NewBodies(BodyOptions{}))}).dial(t)
		go func() {
			c.Write(uploadBegun("multipart/form-data; boundary=b", []byte(head), len(head+text+tail)))
			synctest.Wait() // a pipe's reader gets each Write by itself
			io.WriteString(c, text+tail)
		}()
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := io.ReadAll(res.Body); string(got) != text+"|0|0|<nil>" {
			t.Errorf("the answer is %q", got)
		}
	})
}
