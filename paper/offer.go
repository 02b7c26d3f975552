// Package paper writes documents as PDF, with codeberg.org/go-pdf/fpdf. It takes texts and returns the file: amounts and days are written by its
// caller, so that a document has the same figures as the message that it goes with. The fonts Go-Regular and Go-Bold, which have Latin, Greek and
// Cyrillic letters, are embedded; their licence is in FONTS.txt. The same offer gives the same bytes.
//
// It may import nothing else of Kopeck.
package paper

import (
	"bytes"
	_ "embed"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

var (
	//go:embed Go-Regular.ttf
	regular []byte
	//go:embed Go-Bold.ttf
	bold []byte
)

// Offer is an offer as its document shows it.
type Offer struct {
	Title    string
	Company  string // "" where it is not stated
	Address  string // of the company
	Customer string
	Heads    [4]string // of the columns: product, quantity, price, total
	Sections []Section
	Notes    []string  // the paragraphs below, such as until when it holds
	Made     time.Time // the date of the file
}

// Section is one variant of an offer, or all of it.
type Section struct {
	Name  string // "" for the only one
	Lines []Line
	Sums  []Sum
}

// Line is a line of an offer; Options are what was chosen and measured.
type Line struct {
	Product, Options, Quantity, Unit, Total string
}

// Sum is a named amount below the lines.
type Sum struct{ Name, Amount string }

// The widths of the columns, and the height of a line, in millimetres on A4.
var widths = [4]float64{84, 22, 32, 36}

const (
	lineHeight = 6.0
	fullWidth  = 174.0
	bottom     = 275.0 // a row that would end below it begins a page
)

// PDF returns the document.
func (o Offer) PDF() ([]byte, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCreationDate(o.Made)
	pdf.SetModificationDate(o.Made)
	pdf.SetCatalogSort(true) // the same offer gives the same bytes
	pdf.SetTitle(o.Title, true)
	pdf.SetAuthor(o.Company, true)
	pdf.AddUTF8FontFromBytes("go", "", regular)
	pdf.AddUTF8FontFromBytes("go", "B", bold)
	pdf.SetMargins(18, 18, 18)
	pdf.SetAutoPageBreak(true, 18)
	pdf.AddPage()
	paragraph := func(style string, size float64, text string) {
		if text != "" {
			pdf.SetFont("go", style, size)
			pdf.MultiCell(fullWidth, lineHeight, text, "", "L", false)
		}
	}
	paragraph("B", 11, o.Company)
	paragraph("", 9, o.Address)
	pdf.Ln(lineHeight)
	paragraph("B", 16, o.Title)
	paragraph("", 11, o.Customer)
	pdf.Ln(lineHeight / 2)
	for _, s := range o.Sections {
		o.section(pdf, s)
	}
	for _, note := range o.Notes {
		paragraph("", 10, note)
		pdf.Ln(lineHeight / 3)
	}
	var file bytes.Buffer
	err := pdf.Output(&file)
	return file.Bytes(), err
}

// section writes a table of lines with its sums.
func (o Offer) section(pdf *fpdf.Fpdf, s Section) {
	if s.Name != "" {
		pdf.SetFont("go", "B", 12)
		pdf.MultiCell(fullWidth, lineHeight+1, s.Name, "", "L", false)
	}
	pdf.SetFont("go", "B", 10)
	o.row(pdf, o.Heads)
	pdf.SetFont("go", "", 10)
	for _, line := range s.Lines {
		what := line.Product
		if line.Options != "" {
			what += "\n" + line.Options
		}
		o.row(pdf, [4]string{what, line.Quantity, line.Unit, line.Total})
	}
	for _, sum := range s.Sums {
		pdf.CellFormat(widths[0]+widths[1]+widths[2], lineHeight, sum.Name, "", 0, "R", false, 0, "")
		pdf.SetFont("go", "B", 10)
		pdf.CellFormat(widths[3], lineHeight, sum.Amount, "", 1, "R", false, 0, "")
		pdf.SetFont("go", "", 10)
	}
	pdf.Ln(lineHeight / 2)
}

// row writes a row whose first cell may have several lines.
func (o Offer) row(pdf *fpdf.Fpdf, cells [4]string) {
	lines := pdf.SplitText(cells[0], widths[0]-2)
	height := lineHeight * float64(max(1, len(lines)))
	if pdf.GetY()+height > bottom {
		pdf.AddPage()
	}
	x, y := pdf.GetXY()
	pdf.MultiCell(widths[0], lineHeight, cells[0], "", "L", false)
	after := pdf.GetY()
	pdf.SetXY(x+widths[0], y)
	for i := 1; i < len(cells); i++ {
		pdf.CellFormat(widths[i], lineHeight, cells[i], "", 0, "R", false, 0, "")
	}
	after = max(after, y+lineHeight)
	pdf.Line(x, after, x+fullWidth, after)
	pdf.SetXY(x, after)
}
