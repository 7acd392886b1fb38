package scan

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"io"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

func appendChunk(file []byte, kind string, content []byte) []byte {
	body := append([]byte(kind), content...)
	file = append(binary.BigEndian.AppendUint32(file, uint32(len(content))), body...) //nolint:gosec // of a file in memory
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(body))
}

// mendPNG returns what is there of a PNG that ends too soon or whose checksums are
// wrong, or nil.
func mendPNG(file []byte) image.Image {
	if !bytes.HasPrefix(file, []byte(pngMagic)) {
		return nil
	}
	var head, data []byte
	out := []byte(pngMagic)
	for rest := file[len(pngMagic):]; len(rest) >= 8; {
		kind := string(rest[4:8])
		size := min(int(binary.BigEndian.Uint32(rest)), len(rest)-8)
		content := rest[8 : 8+size]
		rest = rest[min(8+size+4, len(rest)):]
		switch kind {
		case "IHDR":
			head = content
			out = appendChunk(out, kind, content)
		case "PLTE", "tRNS":
			out = appendChunk(out, kind, content)
		case "IDAT":
			data = append(data, content...)
		}
	}
	size, ok := pngSize(head)
	if !ok {
		return nil
	}
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	rows := make([]byte, size)
	if n, _ := io.ReadFull(z, rows); n == 0 {
		return nil
	}
	var packed bytes.Buffer
	w, _ := zlib.NewWriterLevel(&packed, zlib.BestSpeed)
	_, _ = w.Write(rows) // into memory
	_ = w.Close()
	img, err := decode(appendChunk(appendChunk(out, "IDAT", packed.Bytes()), "IEND", nil), maxPixels)
	if err != nil {
		return nil
	}
	return img
}

// pngSize returns how many bytes the rows of a PNG have, each with its filter.
func pngSize(head []byte) (size int64, ok bool) {
	if len(head) != 13 {
		return 0, false
	}
	w, h := int64(binary.BigEndian.Uint32(head)), int64(binary.BigEndian.Uint32(head[4:]))
	samples := map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[head[9]]
	bits := int64(head[8]) * samples
	pass := func(x0, y0, dx, dy int64) {
		if pw, ph := (w-x0+dx-1)/dx, (h-y0+dy-1)/dy; pw > 0 && ph > 0 {
			size += ph * (1 + (pw*bits+7)/8)
		}
	}
	if w*h > maxPixels || w <= 0 || h <= 0 || bits > 64 {
		return 0, false
	}
	if head[12] == 0 {
		pass(0, 0, 1, 1)
	} else { // Adam7
		for _, p := range [][4]int64{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
			pass(p[0], p[1], p[2], p[3])
		}
	}
	return size, bits > 0 && size <= maxDecoded
}
