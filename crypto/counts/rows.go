package counts

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"tipbox/crypto/book"
	"tipbox/intake"
)

// column is one of the table's: its head, and what stands under it.
type column struct {
	head string
	of   func(w *Week) int
}

// named are the columns of a map's names, in the order of the pairs of name and head.
func named(of func(w *Week) map[string]int, pairs ...string) (all []column) {
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, column{pairs[i+1], func(w *Week) int { return of(w)[pairs[i]] }})
	}
	return all
}

var columns = slices.Concat(
	[]column{
		{"Số tin", func(w *Week) int { return w.Tips }},
		{"Tin khẩn", func(w *Week) int { return w.Urgent }},
		{"Tin trùng", func(w *Week) int { return w.Duplicates }},
		{"Đã chuyển đơn vị khác", func(w *Week) int { return w.Passed }},
		{"Đã trả lời", func(w *Week) int { return w.Answered }},
	},
	named(func(w *Week) map[string]int { return w.Boxes },
		string(intake.Suggestion), "Hòm góp ý", string(intake.Report), "Hòm an ninh", string(intake.Crime), "Hòm tố giác", Other, "Hòm khác"),
	named(func(w *Week) map[string]int { return w.States },
		book.StatusNew, "Mới", book.StatusChecking, "Đang xác minh", book.StatusDone, "Đã xong", book.StatusDropped, "Không xử lý"),
	named(func(w *Week) map[string]int { return w.Kinds },
		book.KindCrime, "Loại tố giác tội phạm", book.KindOrder, "Loại an ninh, trật tự, môi trường", book.KindSuggestion, "Loại góp ý",
		book.KindPetition, "Loại khiếu nại, kiến nghị", book.KindNone, "Loại không có việc gì"),
	named(func(w *Week) map[string]int { return w.Outcomes },
		"confirmed", "Đúng", "partly", "Đúng một phần", "unfounded", "Không đúng", "unclear", "Không rõ"),
	[]column{
		{"Số người bị bắt", func(w *Week) int { return w.Results.Arrests }},
		{"Số vụ thu giữ", func(w *Week) int { return w.Results.Seizures }},
		{"Số vụ xử phạt", func(w *Week) int { return w.Results.Fines }},
		{"Số người được giúp", func(w *Week) int { return w.Results.Helped }},
	},
	named(func(w *Week) map[string]int { return w.Handling },
		"1d", "Xong trong 1 ngày", "3d", "Xong trong 3 ngày", "7d", "Xong trong 7 ngày", "20d", "Xong trong 20 ngày", "60d", "Xong trong 60 ngày", "more", "Xong lâu hơn"),
)

// Rows are the table of what the units say, for Excel: a head, then a row a unit and
// week. Duplicates have a column of their own.
func Rows(units []*Counts) [][]string {
	sites := make(map[string]bool)
	for _, c := range units {
		for _, w := range c.Weeks {
			for site := range w.Sites {
				sites[site] = true
			}
		}
	}
	codes := slices.Sorted(maps.Keys(sites))
	head := []string{"Tuần từ ngày", "Đơn vị"}
	for _, col := range columns {
		head = append(head, col.head)
	}
	for _, code := range codes {
		head = append(head, "Nơi dán "+code)
	}
	rows := [][]string{head}
	for _, c := range units {
		for _, w := range c.Weeks {
			row := []string{day(w.Week), c.Unit}
			for _, col := range columns {
				row = append(row, strconv.Itoa(col.of(&w)))
			}
			for _, code := range codes {
				row = append(row, strconv.Itoa(w.Sites[code]))
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// day writes a week's day as Vietnam does.
func day(week string) string {
	t, err := time.Parse(time.DateOnly, week)
	if err != nil {
		return week
	}
	return t.Format("02/01/2006")
}
