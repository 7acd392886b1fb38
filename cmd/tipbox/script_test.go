package main

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/plugin"
	"github.com/rogpeppe/go-internal/testscript"

	"tipbox/crypto/keys"
	"tipbox/crypto/seal"
	"tipbox/intake"
)

// scriptCommands are what the scripts need beside tipbox itself.
var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"seal":   sealScript,
	"mail":   mailScript,
	"mangle": mangleScript,
	"grow":   growScript,
}

// sealScript: seal OUT RECIPIENTS [FIELD=VALUE]... seals a tip; "\n" in a value
// is a line end; photo=good|bad attaches one; raw=FILE seals a file as it is.
func sealScript(ts *testscript.TestScript, _ bool, args []string) {
	rs, err := keys.ReadRecipients(ts.MkAbs(args[1]))
	ts.Check(err)
	tip := &intake.Tip{
		Unit: "na-co-sa", Site: "ncs01", SiteName: "Nhà văn hóa bản Na Cô Sa 1",
		Mailbox: intake.Report, Lang: "vi", Message: "Tin thử.",
	}
	var raw []byte
	for _, arg := range args[2:] {
		field, value, _ := strings.Cut(arg, "=")
		value = strings.ReplaceAll(value, `\n`, "\n")
		switch field {
		case "id":
			tip.ID = intake.ID(value)
		case "urgent":
			tip.Urgent = value == "yes"
		case "mailbox":
			tip.Mailbox = intake.Mailbox(value)
		case "message":
			tip.Message = value
		case "code":
			tip.Reply = intake.ReplyTo{Code: value, At: "https://tip.example.vn"}
		case "at":
			tip.Reply.At = value
		case "site":
			tip.SiteName = value
		case "photo":
			photo := []byte("MZ this is a program")
			if value == "good" {
				var b bytes.Buffer
				ts.Check(jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)), nil))
				photo = b.Bytes()
			}
			tip.Photos = append(tip.Photos, photo)
		case "raw":
			raw, err = os.ReadFile(ts.MkAbs(value))
			ts.Check(err)
		default:
			ts.Fatalf("seal: no field %s", field)
		}
	}
	var sealed []byte
	if raw != nil {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, rs.Age()...)
		ts.Check(err)
		_, err = w.Write(raw)
		ts.Check(err)
		ts.Check(w.Close())
		sealed = b.Bytes()
	} else {
		sealed, err = seal.New(rs).Seal(tip)
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), sealed, 0o600))
}

// mailScript: mail OUT NAME SEALED [DATE] attaches a file to a mail under a name.
func mailScript(ts *testscript.TestScript, _ bool, args []string) {
	sealed, err := os.ReadFile(ts.MkAbs(args[2]))
	ts.Check(err)
	var b strings.Builder
	if len(args) > 3 {
		fmt.Fprintf(&b, "Date: %s\r\n", args[3])
	}
	fmt.Fprintf(&b, "From: hom-thu@example.vn\r\nSubject: Tin\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nXin xem.\r\n\r\nReply pass 2026-2: 7F3K-9QMX-2ABC-4DEF\r\n"+
		"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=%q\r\n"+
		"Content-Transfer-Encoding: base64\r\n\r\n", args[1])
	for text := base64.StdEncoding.EncodeToString(sealed); text != ""; {
		n := min(76, len(text))
		b.WriteString(text[:n] + "\r\n")
		text = text[n:]
	}
	b.WriteString("--b--\r\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
}

// mangleScript: mangle cut|flip IN OUT spoils a file as a bad line or disk does.
func mangleScript(ts *testscript.TestScript, _ bool, args []string) {
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	switch args[0] {
	case "cut":
		b = b[:len(b)*2/3]
	case "flip":
		b[len(b)-100] ^= 1
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b, 0o600))
}

// growScript: grow FILE makes a file claim 4 GB without using a disk's.
func growScript(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.Truncate(ts.MkAbs(args[0]), 4<<30))
}

// clearIdentity is the key of testdata/script/open.txtar's file "clear".
const clearIdentity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"

// pluginMain is age-plugin-tipboxtest: a program that holds a key, as that of a
// hardware token does, and speaks age's plugin protocol.
func pluginMain() {
	p, err := plugin.New("tipboxtest")
	if err != nil {
		panic(err)
	}
	p.HandleIdentity(func([]byte) (age.Identity, error) { return age.ParseX25519Identity(clearIdentity) })
	p.RegisterFlags(nil)
	flag.Parse()
	os.Exit(p.Main())
}
