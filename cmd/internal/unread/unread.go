// Package unread says what a file is that may hold a picture and is not read, and
// how a person gets a picture of it that is.
package unread

import "tipbox/qr/scan"

// Words are what a person is told of a kind of file, in Vietnamese and in English:
// what it is, and what to do.
type Words struct{ What, WhatEn, Do, DoEn string }

// Of returns the words for a kind.
func Of(kind scan.Kind) Words {
	screenshot := func(vi, en string) Words {
		return Words{vi, en, "lưu lại dạng JPEG hoặc PNG, hoặc chụp màn hình", "save it as JPEG or PNG, or take a screenshot"}
	}
	switch kind {
	case scan.HEIC:
		return Words{"ảnh HEIC của iPhone", "a HEIC picture",
			"mở ảnh rồi chụp màn hình; từ nay: Cài đặt, Camera, Định dạng, Tương thích nhất",
			"take a screenshot of it; from now on: Settings, Camera, Formats, Most Compatible"}
	case scan.Video:
		return Words{"đoạn phim", "a video",
			"dừng ở chỗ thấy rõ mã rồi chụp màn hình", "pause where the code is clear and take a screenshot"}
	case scan.Archive:
		return Words{"tệp nén hoặc tài liệu Word", "an archive or a Word document",
			"giải nén, hoặc lưu ảnh trong đó ra ngoài", "unpack it, or save its pictures"}
	case scan.Document:
		return Words{"tài liệu Word hoặc thư Outlook", "a Word document or an Outlook mail",
			"lưu ảnh trong đó ra ngoài", "save its pictures"}
	case scan.Mail:
		return Words{"thư", "a mail", "lưu ảnh đính kèm ra ngoài", "save the attached pictures"}
	case scan.JBIG2:
		return Words{"bản quét nén kiểu JBIG2", "a scan packed as JBIG2",
			"quét lại, chọn TIFF, JPEG hoặc PDF không nén kiểu JBIG2", "scan again as TIFF or JPEG, or as a PDF without JBIG2"}
	case scan.LockedPDF:
		return Words{"PDF có mật khẩu hoặc bị khóa", "a locked PDF", "quét lại không khóa, hoặc chụp màn hình", "scan again without a lock, or take a screenshot"}
	case scan.OtherScan:
		return Words{"ảnh hoặc bản quét nén kiểu lạ", "a scan or a picture packed in a way that is not read",
			"quét lại dạng JPEG hoặc PNG", "scan again as JPEG or PNG"}
	case scan.AnimatedWebP:
		return screenshot("ảnh WebP động", "an animated WebP")
	}
	return screenshot("ảnh "+string(kind), "a picture of the kind "+string(kind))
}
