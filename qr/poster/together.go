package poster

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// compounds are words of two syllables that names of units and places are made
// of. Vietnamese writes a space between them, which is no place to end a line.
// Our own texts have a no-break space there; people write names as they come.
var compounds = setOf(
	"an ninh", "bệnh viện", "biên giới", "biên phòng", "bộ đội", "bưu điện", "công an", "cộng đồng", "cửa khẩu",
	"dân cư", "dân phố", "dân tộc", "đặc khu", "gia đình", "giáo dục", "hành chính", "hải quan", "học sinh", "hội trường",
	"khu phố", "kiểm lâm", "liên xã", "mầm non", "mẫu giáo", "nhân dân", "nội trú", "nông trường", "phổ thông", "phụ nữ",
	"quân sự", "quốc gia", "quốc phòng", "quốc tế", "sinh hoạt", "thành phố", "thị trấn", "thị xã", "tiểu học", "trung học",
	"trung tâm", "ủy ban", "uỷ ban", "văn hóa", "văn hoá", "văn phòng", "y tế",
)

// leads are kinds of place: a proper name or a number follows.
var leads = setOf("ấp", "bản", "buôn", "đảo", "làng", "phố", "phường", "thôn", "tỉnh", "tổ", "trấn", "xã", "xóm")

func setOf(list ...string) map[string]bool {
	m := make(map[string]bool)
	for _, s := range list {
		m[s] = true
	}
	return m
}

// bond is what it costs to end a line between two pieces of a text: most inside
// a compound or a proper name (capitals in a row), before a number or a dash;
// less between a place's kind and its name; next to nothing after punctuation.
func bond(before, after string) float64 {
	was, next := strings.FieldsFunc(before, unicode.IsSpace), strings.FieldsFunc(after, unicode.IsSpace)
	if was == nil || next == nil {
		return plainCost
	}
	a, b := was[len(was)-1], next[0]
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	word := strings.ToLower(a)
	switch {
	case first == '-' || first == '–':
		return apartCost
	case !unicode.IsLetter(last) && !unicode.IsDigit(last):
		return 0
	case unicode.IsDigit(first), capitalised(a) && capitalised(b),
		compounds[word+" "+strings.ToLower(strings.TrimRightFunc(b, unicode.IsPunct))]:
		return apartCost
	case leads[word]:
		return kindCost
	}
	return plainCost
}

// capitalised reports whether the word is written as a name is: in a text of
// capitals alone they tell nothing.
func capitalised(word string) bool {
	first, n := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(first) && (strings.ToUpper(word[n:]) != word[n:] || word[n:] == "")
}
