package book

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

const (
	nov28 = "2026-11-28T20:00:00+07:00"
	nov29 = "2026-11-29T09:10:00+07:00"
	nov30 = "2026-11-30T07:00:00+07:00"
	y2099 = "2099-01-01T00:00:00+07:00"
)

func folds() []foldVector {
	enter := line("E", 1, tipA, nov29, "Páo", entered("a", nov28))
	crime := line("C", 2, tipA, nov29, "Páo", Classify{KindCrime, true})
	whole := []string{
		enter, crime,
		line("S", 3, tipA, nov29, "Páo", Seen{}),
		line("T", 4, tipA, nov29, "Páo", Assign{"Trung úy Lò"}),
		line("U", 5, tipA, nov29, "Páo", Status{Status: StatusChecking}),
		line("V", 6, tipA, nov29, "Páo", Note{"Đã gọi công an xã.\n\"Chờ\" <sáng> & mai"}),
		line("W", 7, tipA, nov29, "Lò", Procuracy{}),
		line("X", 8, tipA, nov30, "Lò", Reply{}),
		line("Y", 9, tipA, nov30, "Lò", Answer{}),
		line("Z", 10, tipA, nov30, "Lò", Board{Text: "Đã nhận, đang làm."}),
		line("Z2", 11, tipA, nov30, "Lò", Pass{To: "quang-lam", Redacted: true}),
		line("Z3", 12, tipA, nov30, "Lò", Extend{"2026-12-30", "Đồn trưởng"}),
	}
	return []foldVector{
		{Name: "nothing"},
		{Name: "entered only", Lines: []string{enter}},
		{Name: "everything", Lines: whole},
		{Name: "in any order of lines", Lines: []string{whole[11], whole[4], whole[0], whole[3], whole[1], whole[2]}},
		{Name: "done: nothing is due", Lines: append(whole[:4:4], line("D", 5, tipA, nov30, "Lò",
			Status{Status: StatusDone, Outcome: "confirmed", Counts: Counts{Arrests: 1, Helped: 2}}))},
		{Name: "not competent: hand over", Lines: []string{enter, line("C", 2, tipA, nov29, "Páo", Classify{KindCrime, false})}},
		{Name: "not competent and passed on", Lines: []string{
			enter, line("C", 2, tipA, nov29, "Páo", Classify{KindCrime, false}), line("P", 3, tipA, nov29, "Páo", Pass{To: "quang-lam"})}},
		{Name: "no crime", Lines: []string{enter, line("C", 2, tipA, nov29, "Páo", Classify{KindSuggestion, true})}},
		{Name: "classified again", Lines: []string{enter, line("C", 2, tipA, nov29, "Páo", Classify{KindNone, true}), line("C2", 3, tipA, nov29, "Páo", Classify{KindCrime, true})}},
		{Name: "a duplicate, and taken back", Lines: []string{
			enter, line("O", 2, tipA, nov29, "Páo", Duplicate{tipB}),
			line("E2", 1, tipB, nov29, "Páo", entered("b", nov29)), line("O2", 2, tipB, nov29, "Páo", Duplicate{tipA}), line("O3", 3, tipB, nov29, "Páo", Duplicate{}),
		}},
		{Name: "extended beyond what anyone can decide", Lines: []string{enter, crime, line("X", 3, tipA, nov29, "Páo", Extend{"2099-12-31", "?"})}},
		{Name: "the unit's own deadlines", Lines: []string{enter, crime}, Deadlines: map[string]string{"procuracy": "1d", "assign": "12h", "resolve": "1mo"}},
		{Name: "received is not known, then an officer says, then the mail is found", Lines: []string{
			line("E", 1, tipA, nov29, "Páo", entered("a", "")),
			line("E2", 2, tipA, nov29, "Páo", Enter{Unit: "khac", Received: nov29, Confirmed: true, Sum: sum("a")}),
			line("E3", 3, tipA, nov29, "Páo", Enter{Received: nov28, Sum: sum("a")}),
			line("E4", 4, tipA, nov29, "Páo", Enter{Received: nov30, Sum: sum("a")}),
			line("E5", 5, tipA, nov29, "Páo", Enter{Received: nov29, Confirmed: true, Sum: sum("a")}),
			line("F", 1, tipB, nov29, "Páo", entered("b", "")),
			line("F2", 2, tipB, nov29, "Páo", Enter{Received: nov28, Confirmed: true, Sum: sum("b")}),
			line("F3", 3, tipB, nov29, "Páo", Enter{Received: nov29, Confirmed: true, Sum: sum("b")}),
			line("G", 1, "X-CCCCCCCC", nov29, "Páo", entered("c", "")),
		}},
		{Name: "from an old register, then opened; another file after that", Lines: []string{
			line("E", 1, tipA, nov29, "Páo", Enter{Unit: "na-co-sa", Site: "ncs01", Mailbox: "crime", Received: nov28, Confirmed: true, Text: "Dòng đầu"}),
			line("S", 2, tipA, nov29, "Páo", Status{Status: StatusChecking}),
			line("E2", 3, tipA, nov30, "Lò", entered("a", nov29)),
			line("E3", 4, tipA, nov30, "Lò", Enter{Text: "nhập lại"}),
			line("E4", 5, tipA, nov30, "Lò", Enter{Text: "tệp khác", Sum: sum("b")}),
		}},
		{Name: "two officers in the same second", Lines: []string{
			enter, line("B", 2, tipA, nov29, "Páo", Assign{"Páo"}), line("A", 2, tipA, nov29, "Lò", Assign{"Lò"}), line("C", 2, tipA, "2026-11-29T02:10:00Z", "Lò", Note{"cùng giây, giờ quốc tế"})}},
		{Name: "a clock in 2099 wins nothing from who has seen it", Lines: []string{
			enter, line("B", 2, tipA, y2099, "Páo", Status{Status: StatusDropped}), line("C", 3, tipA, nov30, "Lò", Status{Status: StatusChecking})}},
		{Name: "an n of a million, and what is done after it", Lines: []string{
			enter, line("B", 1_000_000, tipA, y2099, "Páo", Status{Status: StatusDropped}), line("C", 1_000_001, tipA, nov30, "Lò", Status{Status: StatusChecking})}},
		{Name: "the largest n, and one that is larger", Lines: []string{
			enter, line("B", maxN, tipA, nov29, "Páo", Status{Status: StatusDropped}),
			strings.Replace(line("C", 2, tipA, nov30, "Lò", Status{Status: StatusDone}), `"n":2`, fmt.Sprintf(`"n":%d`, maxN+1), 1)}},
		{Name: "one e, other content", Lines: []string{
			enter, line("B", 2, tipA, nov29, "Páo", Assign{"Páo"}), line("B", 2, tipA, nov29, "Páo", Assign{"Lò"}), line("B", 1, tipB, nov29, "Páo", entered("b", nov29))}},
		{Name: "another file under the id of an earlier tip", Lines: []string{
			enter, crime,
			line("F", 1, tipA, nov30, "Lò", Enter{Unit: "na-co-sa", Mailbox: "crime", Received: nov30, Text: "Chữ khác.", Sum: sum("b")}),
			line("G", 1, Other(tipA, sum("b")), nov30, "Lò", Classify{KindNone, true}),
		}},
		{Name: "unknown do, unknown kind, fields of another type", Lines: []string{
			enter,
			`{"e":"` + id("U") + `","n":2,"tip":"` + tipA + `","at":"` + nov29 + `","by":"Páo","do":"teleport","to":"sao Hỏa","list":[1,{"x":null}]}`,
			`{"e":"` + id("U2") + `","n":3,"tip":"` + tipA + `","at":"` + nov29 + `","by":"Páo","do":"classify","kind":"war","competent":true}`,
			`{"e":"` + id("U3") + `","n":4,"tip":"` + tipA + `","at":"` + nov29 + `","by":"Páo","do":"classify","kind":"order","competent":"yes"}`,
			`{"e":"` + id("U4") + `","n":5,"tip":"` + tipA + `","at":"` + nov29 + `","by":"Páo","do":"assign","to":7}`,
			`{"e":"` + id("U5") + `","n":6,"tip":"` + tipA + `","at":"` + nov29 + `","by":"Páo","do":"status","status":"done","counts":{"arrests":-1,"fines":1.5,"helped":3,"seizures":"2"}}`,
			`{"e":"` + id("U6") + `","n":7,"tip":"` + tipA + `","at":"` + nov29 + `","by":"Páo","do":"extend","until":"2026-02-30","decision":""}`,
			`{"E":"` + id("U7") + `","n":8,"tip":"` + tipA + `","at":"` + nov29 + `","by":"Páo","do":"seen"}`,
			`{"e":"` + id("U8") + `","n":2,"n":9,"tip":"` + tipA + `","at":"` + nov29 + `","by":"Páo","do":"board","text":null}`,
			`{"e":"` + id("U9") + `","n":10,"tip":"` + tipA + `","at":"2026-02-30T00:00:00Z","by":"Páo","do":"seen"}`,
			`{"e":"` + id("V") + `","n":2,"tip":"` + tipB + `","at":"` + nov29 + `","by":"Páo","do":"enter","sum":"abc","text":"không có sum"}`,
			`{}`,
		}},
		{Name: "the whole book", Lines: []string{
			line("M", 1, "", nov28, "Páo", Met{"quang-lam", "1234 5678 9012 3456 7890 1234"}),
			line("M2", 2, "", nov28, "Páo", Met{"quang-lam", "1234 5678 9012 3456 7890 1234"}),
			line("P", 3, "", nov29, "Páo", ReplyPass{"2026-2", "0123456789ABCDEF"}),
			line("R", 4, "", nov29, "Páo", Recipients{[]string{"age1a", "age1b"}}),
			line("R2", 5, "", nov29, "Páo", Recipients{[]string{"age1b", "age1c"}}),
			`{"e":"` + id("R3") + `","n":6,"tip":"","at":"` + nov29 + `","by":"","do":"recipients","list":["age1d",null]}`,
			`{"e":"` + id("R4") + `","n":7,"tip":"","at":"` + nov29 + `","by":"","do":"recipients","list":[]}`,
		}},
	}
}

func books() []bookVector {
	good := made("na-co-sa", "k", hybridKey, classicKey).with(folds()[2].Lines...)
	plain := string(good.Bytes())
	forged := made("na-co-sa", "f", otherKey).with(folds()[2].Lines...)
	forged.vouch[identity(hybridKey).Recipients()[0].Fingerprint()] = bytes.Repeat([]byte("x"), 32)
	resealed := func(change func(string) string) string { // as its key's holder would
		lines := strings.SplitAfter(change(plain), "\n")
		body := strings.Join(lines[:len(lines)-2], "")
		return body + canonical(macLine{mac(good.key[:], []byte(body))}) + "\n"
	}
	replaced := func(old, now string) string {
		return resealed(func(s string) string { return strings.Replace(s, old, now, 1) })
	}
	return []bookVector{
		{Name: "good", Plain: plain, Identity: hybridKey},
		{Name: "good, the classic identity", Plain: plain, Identity: classicKey},
		{Name: "not vouched", Plain: plain, Identity: otherKey},
		{Name: "empty", Plain: string(made("na-co-sa", "k", hybridKey).Bytes()), Identity: hybridKey},
		{Name: "forged whole, with a voucher that is not ours", Plain: string(forged.Bytes()), Identity: hybridKey},
		{Name: "forged whole, without", Plain: string(made("na-co-sa", "f", otherKey).Bytes()), Identity: hybridKey},
		{Name: "our voucher on another unit's", Plain: replaced(`"na-co-sa"`, `"quang-lam"`), Identity: hybridKey},
		{Name: "odd events are kept", Plain: string(made("na-co-sa", "k", hybridKey).with(folds()[len(folds())-2].Lines...).Bytes()), Identity: hybridKey},
		{Name: "newer", Plain: replaced(`"v":1`, `"v":2`), Identity: hybridKey},
		{Name: "no version", Plain: replaced(`"v":1,`, ``), Identity: hybridKey},
		{Name: "no unit", Plain: replaced(`"unit":"na-co-sa"`, `"unit":""`), Identity: hybridKey},
		{Name: "a short key", Plain: replaced(`"key":"`+base64.StdEncoding.EncodeToString(good.key[:]), `"key":"AAAA`), Identity: hybridKey},
		{Name: "an odd id", Plain: replaced(id("BOOK"), "book"), Identity: hybridKey},
		{Name: "cut in the middle", Plain: plain[:len(plain)/2], Identity: hybridKey},
		{Name: "cut at a line", Plain: plain[:strings.LastIndex(strings.TrimSpace(plain), "\n")+1], Identity: hybridKey},
		{Name: "cut by its last byte", Plain: strings.TrimSuffix(plain, "\n"), Identity: hybridKey},
		{Name: "a line left out", Plain: strings.Replace(plain, folds()[2].Lines[1]+"\n", "", 1), Identity: hybridKey},
		{Name: "one bit", Plain: strings.Replace(plain, "quang-lam", "quang-lal", 1), Identity: hybridKey},
		{Name: "something behind it", Plain: plain + "{}\n", Identity: hybridKey},
		{Name: "the MAC with a blank", Plain: strings.Replace(plain, `{"mac":`, `{"mac": `, 1), Identity: hybridKey},
		{Name: "a line that is no object", Plain: replaced(folds()[2].Lines[1], "[1]"), Identity: hybridKey},
		{Name: "an empty line", Plain: replaced(folds()[2].Lines[1], ""), Identity: hybridKey},
		{Name: "head only", Plain: strings.SplitAfter(plain, "\n")[0], Identity: hybridKey},
		{Name: "nothing", Plain: "", Identity: hybridKey},
		{Name: "a tip", Plain: "From: nguoi-bao-tin@tipbox.invalid\r\n\r\n", Identity: hybridKey},
		{Name: "counts", Plain: `{"tipbox":"counts","v":1}` + "\n", Identity: hybridKey},
	}
}

func merges() []mergeVector {
	enter := line("E", 1, tipA, nov29, "Páo", entered("a", nov28))
	b := func(unit, key string, vouchers []string, lines ...string) string {
		return string(made(unit, key, vouchers...).with(lines...).Bytes())
	}
	h, both, c := []string{hybridKey}, []string{hybridKey, classicKey}, []string{classicKey}
	mine := []string{enter, line("B", 2, tipA, nov29, "Páo", Assign{"Páo"})}
	theirs := []string{enter, line("A", 2, tipA, nov29, "Lò", Assign{"Lò"}), line("F", 1, tipB, nov29, "Lò", entered("b", nov29))}
	return []mergeVector{
		{Name: "nothing new", A: b("na-co-sa", "k", h, mine...), B: b("na-co-sa", "k", h, mine[:1]...)},
		{Name: "both have something", A: b("na-co-sa", "k", h, mine...), B: b("na-co-sa", "k", c, theirs...)},
		{Name: "the other way round", A: b("na-co-sa", "k", c, theirs...), B: b("na-co-sa", "k", h, mine...)},
		{Name: "one e, other content", A: b("na-co-sa", "k", both, mine...), B: b("na-co-sa", "k", h, enter, line("B", 2, tipA, nov29, "Páo", Assign{"Lò"}))},
		{Name: "the same e in a line with a blank", A: b("na-co-sa", "k", both, mine...), B: b("na-co-sa", "k", h, strings.Replace(enter, ":", ": ", 1))},
		{Name: "both entered it", A: b("na-co-sa", "k", h, mine...), B: b("na-co-sa", "k", h, line("G", 1, tipA, nov30, "Lò", entered("a", nov28)), line("A", 2, tipA, nov30, "Lò", Seen{}))},
		{Name: "both entered, under one id, two files", A: b("na-co-sa", "k", h, mine...), B: b("na-co-sa", "k", h, line("G", 1, tipA, nov30, "Lò", entered("b", nov28)))},
		{Name: "another unit's", A: b("na-co-sa", "k", h, mine...), B: b("quang-lam", "k", h, theirs...)},
		{Name: "another key", A: b("na-co-sa", "k", h, mine...), B: b("na-co-sa", "f", h, theirs...)},
		{Name: "odd and unknown ones come along", A: b("na-co-sa", "k", h, mine...), B: b("na-co-sa", "k", h, folds()[len(folds())-2].Lines...)},
	}
}

func events() []eventVector {
	var all []eventVector
	for i, what := range []What{
		entered("a", nov28),
		Enter{Unit: "na-co-sa", Mailbox: "report", Urgent: true, Received: nov29, Confirmed: true, Text: "\u2028\u2029<&>\"\\\t\b\f\x01\x7f\u00a0😀 tiếng Việt", Sum: sum("0")},
		Classify{KindPetition, false}, Assign{"Trung úy Lò\u202e"}, Assign{}, Status{Status: StatusNew},
		Status{Status: StatusDone, Outcome: "partly", Counts: Counts{0, 1, 0, 20}},
		Note{`\u2028 là chữ, không phải dấu`}, Extend{"2027-01-28", "Viện trưởng"}, Duplicate{tipB}, Pass{"quang-lam", false}, Reply{}, Answer{}, Board{Text: "Đã xong."}, Board{"K7Q2PX", "Đã kiểm tra xong."}, Publish{sum("d"), ""}, Publish{sum("d"), "sai chữ"}, Seen{}, Procuracy{},
		Met{"quang-lam", "1234 5678 9012 3456 7890 1234"}, ReplyPass{"2026-2", "0123456789ABCDEF"}, Recipients{[]string{"age1a"}},
	} {
		e := newEvent(id(string(rune('A'+i))), i+1, tipA, "Giàng A Páo", at(nov29), what)
		all = append(all, eventVector{e.ID, e.N, e.Tip, e.At, e.By, e.Do, json.RawMessage(canonical(what)), ""})
	}
	return all
}

func boards() []boardVector {
	const monday = "2026-11-30T00:00:00+07:00"
	answered := func(e, tip, when, tag, text string) string {
		return line(e, 2, tip, when, "Páo", Board{tag, text})
	}
	some := []string{
		answered("A", tipA, nov29, "K7Q2PX", "Đã kiểm tra xong."), answered("B", tipB, nov28, "0AAAAA", "Đã nhận được tin."),
		answered("C", "TB-2222-BBBB", nov29, "ZZZZZZ", "Xin nói rõ\r\nở đâu?\u00a0\u202e"), answered("D", "TB-3333-CCCC", nov29, "", "không biết dấu"),
	}
	var notice *Notice
	with := func(lines ...string) []string { return append(some[:len(some):len(some)], lines...) }
	notice = made("na-co-sa", "k").with(some...).Notice(at(nov29))
	published := func(when string) string { return line("P", 1, "", when, "Páo", Publish{notice.Sum, ""}) }
	changed := answered("E", "TB-4444-DDDD", nov29, "444444", "Mới.")
	return []boardVector{
		{Name: "nothing", Now: nov29},
		{Name: "sorted by tag", Lines: some, Now: nov29},
		{Name: "of one sender's tips the last answer", Lines: with(answered("E", "TB-4444-DDDD", nov30, "K7Q2PX", "Sau."), answered("F", "TB-5555-EEEE", nov28, "0AAAAA", "Trước.")), Now: nov30},
		{Name: "taken back", Lines: with(line("E", 3, tipA, nov30, "Páo", Board{"K7Q2PX", ""})), Now: nov30},
		{Name: "taken back on another tip of the sender's", Lines: with(answered("E", "TB-4444-DDDD", nov30, "K7Q2PX", "")), Now: nov30},
		{Name: "in the last week in which it stands there", Lines: some, Now: "2027-02-28T23:59:59+07:00"},
		{Name: "after that", Lines: some, Now: "2027-03-01T00:00:00+07:00"},
		{Name: "a Monday", Lines: []string{answered("A", tipA, monday, "K7Q2PX", "Vừa mới.")}, Now: monday},
		{Name: "what could be markup", Lines: []string{answered("A", tipA, nov29, "K7Q2PX", "*a* _b_ [c](http://x) <b>&amp;</b> `d` \\e # f\t\x7f|1. g")}, Now: nov29},
		{Name: "a tag that is none", Lines: []string{`{"e":"` + id("A") + `","n":1,"tip":"` + tipA + `","at":"` + nov29 + `","by":"Páo","do":"board","tag":"k7q2px","text":"x"}`}, Now: nov29},
		{Name: "published, nothing changed", Lines: with(published(nov28)), Now: nov29},
		{Name: "changed within a week", Lines: with(published(nov28), changed), Now: "2026-12-05T19:59:59+07:00"},
		{Name: "changed after a week", Lines: with(published(nov28), changed), Now: "2026-12-05T20:00:00+07:00"},
		{Name: "by a clock in 2099", Lines: with(published(y2099), changed), Now: nov29},
		{Name: "more than a notice holds", Lines: []string{answered("A", tipA, nov29, "K7Q2PX", strings.Repeat("dài ", MaxNotice))}, Now: nov29},
	}
}

func enters() []enterVector {
	return []enterVector{
		{ID: tipA, Sum: sum("a")},
		{ID: tipA, Sum: sum("a")},
		{ID: tipA, Sum: sum("a"), Received: nov29, Confirmed: true},
		{ID: tipA, Sum: sum("a"), Received: nov28},
		{ID: tipA, Sum: sum("a"), Received: nov30},
		{ID: tipB, Sum: sum("a"), Received: nov28},
		{Sum: sum("a"), Received: nov28},
		{ID: tipA, Sum: sum("b")},
		{ID: tipA, Sum: sum("b"), Received: nov28},
		{ID: tipA, Sum: sum("b"), Received: nov30},
		{Sum: sum("c")},
		{ID: tipB, Sum: sum("c"), Received: nov28},
		{ID: tipB, Sum: sum("d"), Received: nov28},
		{ID: "TB-0LD0-0000"},
		{ID: "TB-0LD0-0000", Sum: sum("e")},
		{ID: "TB-0LD0-0000", Sum: sum("f")},
	}
}
