package poster

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"tipbox/intake"
	"tipbox/intake/durable"
)

// Format is a kind of file.
type Format string

// The formats.
const (
	PDF Format = "pdf" // a page and a bookmark for each site, a file for each unit
	PNG Format = "png" // a file for each page
	SVG Format = "svg"
)

// Printed is a page that was written.
type Printed struct {
	Site *intake.Site
	File string // its path
	Page int    // in the file, from 1
	Text string // path of the message to paste beside a picture to share; "" for none
}

// Files returns the paths of the files that were written, in order.
func Files(all []Printed) (paths []string) {
	for _, p := range all {
		if !slices.Contains(paths, p.File) {
			paths = append(paths, p.File)
		}
		if p.Text != "" {
			paths = append(paths, p.Text)
		}
	}
	return paths
}

// maxPages is how many pages one PDF has: it is held in memory until it is whole, and
// no printer is the better for more.
const maxPages = 50

// Write draws the posters of the sites into files of dir, which it makes, and
// returns what it has written: for each unit a PDF, several where it would have more
// than maxPages, or for each site a picture, and beside one to share the message to paste. Every page is read back before its file
// is written. Where it fails, files already complete stay and no half file does.
func Write(ctx context.Context, dir string, format Format, sites []*intake.Site, o Options) ([]Printed, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // posters are for everyone
		return nil, fmt.Errorf("making the folder for the posters: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if len(sites) == 0 {
		return nil, errors.New("no site to print a poster for")
	}
	sites = byUnit(sites)
	pages, err := drawAll(ctx, sites, o)
	if err != nil {
		return nil, err
	}
	w := &writer{dir: dir, format: format, o: o}
	for next := range pages {
		r := <-next
		if r.err != nil {
			return w.printed, r.err
		}
		if err := w.add(r.site, r.page); err != nil {
			return w.printed, err
		}
		if w.done++; o.Progress != nil {
			o.Progress(w.done, len(sites))
		}
	}
	if err := w.finish(); err != nil {
		return w.printed, err
	}
	return w.printed, ctx.Err()
}

// byUnit puts the sites of each unit together, without changing their order.
func byUnit(sites []*intake.Site) []*intake.Site {
	order := make(map[*intake.Unit]int)
	for _, s := range sites {
		if _, known := order[s.Unit]; !known {
			order[s.Unit] = len(order)
		}
	}
	sites = slices.Clone(sites)
	slices.SortStableFunc(sites, func(a, b *intake.Site) int { return cmp.Compare(order[a.Unit], order[b.Unit]) })
	return sites
}

// writer puts pages into files.
type writer struct {
	dir     string
	format  Format
	o       Options
	done    int
	printed []Printed

	doc   *pdfWriter // the PDF that is not whole yet, or nil
	unit  *intake.Unit
	part  int            // of the unit's PDFs, from 1
	pages []*intake.Site // in it
}

func (w *writer) add(site *intake.Site, page *Page) error {
	name := filepath.Join(w.dir, fmt.Sprintf("poster-%s-%s.%s", w.o.Paper, site.Code, w.format))
	var err error
	switch w.format {
	case PDF:
		return w.addPDF(site, page)
	case PNG:
		err = writeFile(name, page.writePNG)
	case SVG:
		err = writeFile(name, page.writeSVG)
	}
	if err != nil {
		return err
	}
	p := Printed{Site: site, File: name, Page: 1}
	if page.Paste != "" {
		p.Text = strings.TrimSuffix(name, string(w.format)) + "txt"
		err = writeFile(p.Text, func(out io.Writer) error {
			_, err := io.WriteString(out, page.Paste+"\n")
			return err
		})
	}
	w.printed = append(w.printed, p)
	return err
}

func (w *writer) addPDF(site *intake.Site, page *Page) error {
	if site.Unit != w.unit || len(w.pages) == maxPages {
		if err := w.finish(); err != nil {
			return err
		}
		if site.Unit != w.unit {
			w.unit, w.part = site.Unit, 0
		}
		w.part++
		w.doc = newPDF(page.Heading, page.Lang, midnight(w.o.Date))
	}
	w.doc.add(page)
	w.pages = append(w.pages, site)
	return nil
}

// finish writes the PDF that is not written yet.
func (w *writer) finish() error {
	if w.doc == nil {
		return nil
	}
	name := fmt.Sprintf("poster-%s-%s.pdf", w.o.Paper, w.unit.ID)
	if w.part > 1 {
		name = fmt.Sprintf("poster-%s-%s-%d.pdf", w.o.Paper, w.unit.ID, w.part)
	}
	path := filepath.Join(w.dir, name)
	if err := writeFile(path, w.doc.writeTo); err != nil {
		return err
	}
	for i, site := range w.pages {
		w.printed = append(w.printed, Printed{Site: site, File: path, Page: i + 1})
	}
	w.doc, w.pages = nil, nil
	return nil
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
