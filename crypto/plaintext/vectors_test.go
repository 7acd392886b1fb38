package plaintext_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"tipbox/crypto/plaintext"
	"tipbox/intake"
)

// Those with a receipt's headers are in a file of their own.
const (
	vectorsFile      = "testdata/vectors.json"
	replyVectorsFile = "testdata/reply-vectors.json"
)

// vector is a tip and the plaintext that every implementation of sealed tip
// version 1 makes of it. Photos are base64 in the file, as encoding/json does.
type vector struct {
	Name     string
	Boundary string
	Tip      vectorTip
	Passed   *plaintext.Passed `json:",omitempty"` // of a tip that is passed on
	Message  string            // the MIME message without padding
	Size     int               // its size class: the length of the padded message
	SHA256   string            // of the padded message
}

type vectorTip struct {
	ID       intake.ID `json:",omitempty"` // absent where sealed in the browser
	Unit     string
	Site     string
	SiteName string
	Mailbox  intake.Mailbox
	Urgent   bool
	Lang     string
	Message  string
	Place    string
	Time     string
	Photos   [][]byte
	Reply    intake.ReplyTo `json:",omitzero"`
}

func baseTip() vectorTip {
	return vectorTip{
		Unit: "na-co-sa", Site: "ncs01", SiteName: "Nhà văn hóa bản Na Cô Sa 1",
		Mailbox: intake.Suggestion, Lang: "vi", Message: "Đèn ở cổng trường hỏng.",
	}
}

func with(name string, change func(*vectorTip)) vector {
	tip := baseTip()
	change(&tip)
	return vector{Name: name, Boundary: "5WXKJ3NQZT7RBVMPAHCDEFGSY2", Tip: tip}
}

func replyVectors() []vector {
	const at = "https://tip.example.vn"
	derived := intake.ReplyTo{
		Recipient: "age1jgrm970d7cwwqdywng8fmmuxcyasqtfateq9qxl4crcc4s6fw5usnf77zz", Lookup: "de8efc601a87ad7c0ca74e5cf3d26935", Tag: "HMT6E6", At: at,
	}
	return []vector{
		with("a receipt", func(t *vectorTip) { t.Reply = derived }),
		with("a receipt, no language chosen", func(t *vectorTip) { t.Reply, t.Lang = derived, "" }),
		with("a code, sealed on the server", func(t *vectorTip) {
			t.ID, t.Reply = "TB-7F3K-9QMX", intake.ReplyTo{Code: "12345678901234567888", At: at}
		}),
		with("the longest text with a receipt", func(t *vectorTip) {
			t.Message = strings.Repeat("Phá rừng ", 400)
			t.Place, t.Time = strings.Repeat("ệ", 120), strings.Repeat("ữ", 120)
			t.Reply = derived
			t.Reply.At = "https://" + strings.Repeat("h", intake.MaxReplyAt-len("https://"))
		}),
	}
}

func vectors() []vector {
	passed := func(name string, p plaintext.Passed, change func(*vectorTip)) vector {
		v := with(name, change)
		v.Tip.ID, v.Passed = "TB-7F3K-9QMX", &p
		return v
	}
	return []vector{
		passed("passed on", plaintext.Passed{By: "na-co-sa", On: "2026-11-29"}, func(*vectorTip) {}),
		passed("passed on with a note", plaintext.Passed{By: "cong-an-xa", On: "2026-11-30", Note: " Xin xác minh giúp.\nĐường mo\u0300n sau trường. "}, func(t *vectorTip) {
			t.Photos = [][]byte{{0xff, 0xd8, 0xff}}
		}),
		passed("passed on in the second class", plaintext.Passed{By: "na-co-sa", On: "2026-11-29", Note: strings.Repeat("ệ", plaintext.MaxNoteRunes)}, func(t *vectorTip) {
			t.Message = strings.Repeat("Phá rừng ", 400) + strings.Repeat("ệ", 3000)
		}),
		with("shortest", func(*vectorTip) {}),
		with("sealed on the server", func(t *vectorTip) { t.ID, t.Mailbox = "TB-7F3K-9QMX", intake.Report }),
		with("urgent, where and when", func(t *vectorTip) {
			t.Mailbox, t.Urgent, t.Lang = intake.Crime, true, "en"
			t.Message = "Có người lạ chặt cây.\nHai xe tải, biển số che kín.\n\nHọ còn ở đó."
			t.Place, t.Time = "Khe suối sau trạm y tế", "tối qua, khoảng 21 giờ"
		}),
		with("decomposed letters are composed", func(t *vectorTip) {
			t.Message = "Tie\u0302\u0301ng Vie\u0323\u0302t go\u0303 to\u0302\u0309 ho\u031b\u0323p"
			t.Place = "ba\u0309n Na Co\u0302 Sa"
		}),
		with("Hmông in two scripts", func(t *vectorTip) {
			t.Lang, t.Message = "hmn-VN", "Muôx nênhs txiax ntông hâur zos. Muaj neeg txiav ntoo hauv zos."
		}),
		with("no language chosen", func(t *vectorTip) { t.Lang = "" }),
		with("no site name", func(t *vectorTip) { t.SiteName = "" }),
		with("a site name over several encoded words", func(t *vectorTip) { t.SiteName = strings.Repeat("Bản 😀 ", 20) }),
		with("a site name that is cut", func(t *vectorTip) { t.SiteName = strings.Repeat("ệ", 120) }),
		with("the longest text", func(t *vectorTip) {
			t.Message = strings.Repeat("Phá rừng ", 400)
			t.Place, t.Time = strings.Repeat("ệ", 120), strings.Repeat("ữ", 120)
		}),
		with("text that a parser could trip over", func(t *vectorTip) {
			t.Message = "From nobody\n.\n--5WXKJ3NQ--\n<script>alert(1)</script>\n=?utf-8?b?eA==?=\nKhi nào: hôm nay"
		}),
		with("photos", func(t *vectorTip) {
			t.Photos = [][]byte{bytes.Repeat([]byte{0xff, 0xd8, 0x00}, 19), bytes.Repeat([]byte{7}, 58), {1}}
		}),
		with("a photo in the second class", func(t *vectorTip) { t.Photos = [][]byte{bytes.Repeat([]byte{1, 2, 3, 4}, 4000)} }),
	}
}

// TestVectors holds the plaintext byte for byte: the script that seals in the
// browser is tested against the same file.
func TestVectors(t *testing.T) {
	testVectors(t, vectorsFile, vectors())
	testVectors(t, replyVectorsFile, replyVectors())
}

func testVectors(t *testing.T, file string, made []vector) {
	t.Helper()
	for i := range made {
		v := &made[i]
		tip := intake.Tip(v.Tip)
		var plain []byte
		var err error
		if v.Passed == nil {
			plain, err = plaintext.Write(&tip, v.Boundary)
		} else {
			plain, err = plaintext.WritePassed(&tip, *v.Passed, v.Boundary)
		}
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		v.Message = string(bytes.TrimRight(plain, " \n")) + "\n" // the message ends in CR LF
		v.Size = len(plain)
		if got := plaintext.Parse(plain); got.Reply != v.Tip.Reply {
			t.Errorf("%s: read back as %+v", v.Name, got.Reply)
		}
		sum := sha256.Sum256(plain)
		v.SHA256 = hex.EncodeToString(sum[:])
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(made); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("the plaintext is no longer that of %s: version 1 is fixed, posters and officers' tips depend on it", file)
	}
}
