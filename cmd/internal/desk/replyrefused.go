package desk

import "errors"

// What the box says of a reply.
var (
	errPassRefused = errors.New("mã trả lời sai hoặc hết hạn: lấy mã ở thư mới nhất / the reply pass is wrong or too old: take it from a new mail")
	errEight       = errors.New("người gửi tin còn 8 câu trả lời chưa xóa / eight replies wait there already")
	errNoRoomThere = errors.New("kho trả lời đã đầy: gửi lại sau / no room for replies: try again later")
	errMalformed   = errors.New("hòm thư không nhận tệp này / the box does not take it")
	errNotReached  = errors.New("chưa tới được hòm thư: gửi lại sau / the box cannot be reached: try again later")
)
