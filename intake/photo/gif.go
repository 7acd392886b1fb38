package photo

import (
	"compress/lzw"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"

	"tipbox/intake"
)

// gifPicture is the first picture of a GIF (GIF89a specification), as far as it is
// there. Package gif refuses one that was cut.
type gifPicture struct {
	config     image.Config
	palette    color.Palette
	interlaced bool
	data       []byte // code size and the blocks that follow
}

const (
	gifExtension = 0x21
	gifControl   = 0xf9
	gifImage     = 0x2c
	gifTrailer   = 0x3b
)

// firstOfGIF looks for the first picture. The others are not even looked at.
func firstOfGIF(upload []byte) (*gifPicture, error) {
	const header, descriptor = 13, 10
	if len(upload) < header {
		return nil, intake.ErrPhotoFormat
	}
	palette, b := gifPalette(upload[10], upload[header:])
	transparent := -1
	for len(b) > descriptor && b[0] != gifTrailer {
		switch b[0] {
		case gifExtension:
			if b[1] == gifControl && b[2] >= 4 && b[3]&1 != 0 {
				transparent = int(b[6])
			}
			b = behindBlocks(b[2:])
		case gifImage:
			own, data := gifPalette(b[9], b[descriptor:])
			if len(own) > 0 {
				palette = own
			}
			g := &gifPicture{palette: make(color.Palette, 256), interlaced: b[9]&0x40 != 0, data: data}
			for i := range g.palette {
				g.palette[i] = color.RGBA{A: 255}
			}
			copy(g.palette, palette)
			if transparent >= 0 {
				g.palette[transparent] = color.RGBA{}
			}
			g.config.Width, g.config.Height = int(binary.LittleEndian.Uint16(b[5:])), int(binary.LittleEndian.Uint16(b[7:]))
			return g, nil
		default: // a stray byte
			b = b[1:]
		}
	}
	return nil, intake.ErrPhotoFormat
}

// gifPalette returns the palette that the flags announce, and what is behind it.
func gifPalette(flags byte, b []byte) (color.Palette, []byte) {
	if flags&0x80 == 0 {
		return nil, b
	}
	n := min(2<<(flags&7), len(b)/3)
	palette := make(color.Palette, n)
	for i := range palette {
		palette[i] = color.RGBA{b[3*i], b[3*i+1], b[3*i+2], 255}
	}
	return palette, b[3*n:]
}

// behindBlocks returns what follows a chain of blocks.
func behindBlocks(b []byte) []byte {
	for len(b) > 0 && b[0] != 0 {
		b = b[min(1+int(b[0]), len(b)):]
	}
	return b[min(1, len(b)):]
}

// decode decodes as many pixels as there are; the rest has the first colour.
func (g *gifPicture) decode() (image.Image, error) {
	w, h := g.config.Width, g.config.Height
	img := image.NewPaletted(image.Rect(0, 0, w, h), g.palette)
	if len(g.data) == 0 || g.data[0] < 2 || g.data[0] > 8 {
		return nil, intake.ErrPhotoFormat
	}
	pixels := lzw.NewReader(&gifBlocks{rest: g.data[1:]}, lzw.LSB, int(g.data[0]))
	if n, err := io.ReadFull(pixels, img.Pix); n == 0 {
		return nil, errors.Join(intake.ErrPhotoFormat, err)
	}
	if g.interlaced {
		rows := make([]byte, len(img.Pix))
		from := 0
		for _, pass := range [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
			for y := pass[0]; y < h; y += pass[1] {
				copy(rows[y*w:][:w], img.Pix[from*w:])
				from++
			}
		}
		img.Pix = rows
	}
	return img, nil
}

// gifBlocks reads the data in a chain of blocks.
type gifBlocks struct{ block, rest []byte }

func (g *gifBlocks) ReadByte() (byte, error) {
	if len(g.block) == 0 {
		if len(g.rest) == 0 || g.rest[0] == 0 {
			return 0, io.EOF
		}
		end := min(1+int(g.rest[0]), len(g.rest))
		g.block, g.rest = g.rest[1:end], g.rest[end:]
		if len(g.block) == 0 {
			return 0, io.EOF
		}
	}
	b := g.block[0]
	g.block = g.block[1:]
	return b, nil
}

func (g *gifBlocks) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c, err := g.ReadByte()
	if err != nil {
		return 0, err
	}
	b[0] = c
	return 1, nil
}
