package poster

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"tipbox/intake"
	"tipbox/intake/durable"
)

// Format is a kind of file.
type Format string

// The formats.
const (
	PDF Format = "pdf" // one file, a page and a bookmark for each site
	PNG Format = "png" // a file for each page
	SVG Format = "svg"
)

// Write draws the posters of the sites into files of dir, which it makes, and
// returns the files' paths. Every page is read back before its file is written.
// Where it fails, files already complete stay and no half file does.
func Write(ctx context.Context, dir string, format Format, sites []*intake.Site, o Options) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // posters are for everyone
		return nil, fmt.Errorf("making the folder for the posters: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if len(sites) == 0 {
		return nil, errors.New("no site to print a poster for")
	}
	pages, err := drawAll(ctx, sites, o)
	if err != nil {
		return nil, err
	}
	var files []string
	var doc *pdfWriter
	done := 0
	for next := range pages {
		r := <-next
		if r.err != nil {
			return files, r.err
		}
		name := filepath.Join(dir, fmt.Sprintf("poster-%s-%s.%s", o.Paper, r.site.Code, format))
		switch format {
		case PDF:
			if doc == nil {
				doc = newPDF(r.page.Heading, r.page.Lang, midnight(o.Date))
			}
			doc.add(r.page)
		case PNG:
			err = writeFile(name, r.page.writePNG)
		case SVG:
			err = writeFile(name, r.page.writeSVG)
		}
		if err != nil {
			return files, err
		}
		if format != PDF {
			files = append(files, name)
		}
		if done++; o.Progress != nil {
			o.Progress(done, len(sites))
		}
	}
	if doc != nil {
		name := filepath.Join(dir, fmt.Sprintf("poster-%s.pdf", o.Paper))
		if err := writeFile(name, doc.writeTo); err != nil {
			return files, err
		}
		files = append(files, name)
	}
	return files, ctx.Err()
}

// drawn is a page or why there is none.
type drawn struct {
	site *intake.Site
	page *Page
	err  error
}

// drawAll draws and checks pages on all processors, a few ahead of who takes
// them, and yields them in the order of the sites.
func drawAll(ctx context.Context, sites []*intake.Site, o Options) (<-chan chan drawn, error) {
	brands := make(map[*intake.Unit]Brand)
	for _, site := range sites {
		if _, known := brands[site.Unit]; !known {
			b, err := BrandOf(site.Unit)
			if err != nil {
				return nil, err
			}
			brands[site.Unit] = b
		}
	}
	n := runtime.GOMAXPROCS(0)
	drafters := make(chan *Drafter, n)
	for range n {
		d, err := NewDrafter(o, brands)
		if err != nil {
			return nil, err
		}
		drafters <- d
	}
	queue := make(chan chan drawn, 2*n)
	go func() {
		defer close(queue)
		for _, site := range sites {
			result := make(chan drawn, 1)
			select {
			case queue <- result:
			case <-ctx.Done():
				return
			}
			d := <-drafters
			go func() {
				page, err := d.Draw(site)
				drafters <- d
				result <- drawn{site, page, err}
			}()
		}
	}()
	return queue, nil
}

// writeFile writes a file under another name first, so that no half file is
// taken for a poster.
func writeFile(name string, write func(io.Writer) error) (err error) {
	part := name + ".part"
	_ = os.Remove(part) // of a run that was cut short
	f, err := durable.Create(part)
	if err != nil {
		return fmt.Errorf("writing a poster: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close() // the error that counts is told
			_ = os.Remove(part)
		}
	}()
	if err := f.Chmod(0o644); err != nil { // a poster is for everyone
		return fmt.Errorf("writing a poster: %w", err)
	}
	buffered := bufio.NewWriterSize(f, 1<<16)
	if err := write(buffered); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := os.Rename(part, name); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// writePNG writes the page as a picture of printing quality, and first reads
// that very picture back.
func (p *Page) writePNG(w io.Writer) error {
	scale := p.dpi / 25.4
	img := p.render(box{0, 0, p.Width, p.Height}, scale)
	for _, s := range p.symbols {
		part := img.SubImage(pixels(s.box, scale))
		if err := readsAs(part, s.symbol.Link); err != nil {
			return err
		}
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	return encoder.Encode(&physWriter{w: w, dpi: p.dpi}, img)
}
