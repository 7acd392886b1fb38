package patrol

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/intake"
	"tipbox/qr"
	"tipbox/qr/scan"
)

// verifier judges photos against a configuration.
type verifier struct {
	cfg   *config.Config
	now   time.Time
	large sync.Mutex // held while a large photo is looked at: a phone's largest takes half a gigabyte
}

// largePhoto is the size in bytes of a file from which on photos are looked at one
// at a time.
const largePhoto = 10 << 20

// look returns a finding for each code in the photo and for each picture without
// one; none for a file of a folder that holds no picture. Whatever a stranger's
// print does to the reader, the other photos are judged.
func (v *verifier) look(c candidate) (list []finding) {
	unreadable := func(vi, en string) {
		list = append(list, finding{photo: c.name, verdict: qr.Unreadable, note: vi + " / " + en})
	}
	defer func() {
		if recover() != nil {
			list = nil
			unreadable("không đọc được ảnh này; chụp lại", "the photo cannot be read; photograph again")
		}
	}()
	if c.why != nil {
		unreadable(wordsForLeftOut(c.why))
		return list
	}
	if !c.named && isLitter(c.name) {
		return nil
	}
	file, err := readPhoto(c.name)
	if err != nil {
		unreadable(wordsForLeftOut(err))
		return list
	}
	if !c.named && holdsNone(c.name, file) {
		return nil
	}
	if len(file) > largePhoto {
		v.large.Lock()
		defer v.large.Unlock()
	}
	for picture, err := range scan.Pictures(file) {
		if err != nil {
			unreadable(wordsForLeftOut(err))
			continue
		}
		codes := qr.Read(picture)
		if len(codes) == 0 {
			unreadable("không đọc được mã nào; chụp lại gần hơn, thẳng, đủ sáng, cả bốn góc của mã",
				"no code could be read; photograph again from nearer, straight on, in good light, all corners of the code in view")
		}
		for _, code := range codes {
			if code.Text == "" {
				unreadable("trong ảnh có một mã mà không đọc được; chụp riêng mã đó, gần và rõ",
					"the photo shows a code that cannot be read; photograph it by itself, near and sharp")
				continue
			}
			list = append(list, v.judge(c.name, code.Text))
		}
	}
	// What is wrong comes first: it is what the patrol must see.
	slices.SortStableFunc(list, func(a, b finding) int {
		if (a.verdict == qr.Genuine) != (b.verdict == qr.Genuine) {
			if a.verdict == qr.Genuine {
				return 1
			}
			return -1
		}
		return 0
	})
	return list
}

func (v *verifier) judge(photo, text string) finding {
	var site *intake.Site
	j := qr.Judge(text, v.cfg.BaseURL, func(code string) (known, withdrawn bool) {
		site = v.cfg.Directory.Site(code)
		return site != nil, site != nil && site.IsWithdrawn(v.now)
	})
	f := finding{photo: photo, verdict: j.Verdict, link: text}
	switch j.Verdict {
	case qr.Genuine:
		f.note, f.code = placeOf(site), site.Code
	case qr.Withdrawn:
		f.note = fmt.Sprintf("%s: đã thu hồi từ %s, gỡ xuống / withdrawn, take it down",
			placeOf(site), site.Withdrawn.Format("02/01/2006"))
	case qr.Unknown:
		f.note = fmt.Sprintf("không có điểm nào mã %q / no site has the code", j.Code)
	case qr.Foreign:
		f.note = v.difference(j)
	}
	return f
}

// placeOf names the site, without what only tells a poster where lines may end.
func placeOf(site *intake.Site) string {
	return strings.NewReplacer("\u00a0", " ", "\u200b", "").Replace(site.Unit.Name.In() + ", " + site.Name.In())
}

// difference says how a foreign link differs from ours.
func (v *verifier) difference(j qr.Judgement) string {
	ours := v.cfg.BaseURL.Host
	switch j.Difference {
	case qr.NotALink:
		return "không phải địa chỉ trang web / not a web address"
	case qr.UserInHost:
		return fmt.Sprintf("giả dạng: dẫn đến %s, phần trước dấu @ chỉ để lừa / disguised: leads to the part behind the @", j.Host)
	case qr.LookAlike:
		return fmt.Sprintf("giả dạng: %s viết bằng chữ trông giống %s / look-alike letters", j.Host, ours)
	case qr.NearHost:
		return fmt.Sprintf("giả dạng: %s gần giống %s, khác một hai chữ / a letter or two differ", j.Host, ours)
	case qr.HostAsPrefix:
		return fmt.Sprintf("giả dạng: %s chỉ mượn tên %s / our name inside another's", j.Host, ours)
	case qr.OtherHost:
		return fmt.Sprintf("dẫn đến nơi khác: %s / leads elsewhere", j.Host)
	case qr.OtherScheme:
		return fmt.Sprintf("không phải %s:// / not %[1]s", v.cfg.BaseURL.Scheme)
	case qr.OtherPort:
		return fmt.Sprintf("sai cổng, phải là %s / wrong port", ours)
	case qr.OtherPath:
		return fmt.Sprintf("đúng %s nhưng sai đường dẫn, phải là /t/MÃ / wrong path", ours)
	case qr.Additions:
		return "thêm phần sau dấu ? hoặc #, không phải do ta in / an added query or fragment, not printed by us"
	}
	return string(j.Difference)
}
