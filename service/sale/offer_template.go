package sale

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"os"
	"strings"
	"text/template"

	"kopeck/service"
)

//go:embed offer.en.txt offer.en.html offer.ru.txt offer.ru.html
var ownTemplates embed.FS

// subjectName is the template within that of the text that gives the subject.
const subjectName = "subject"

// Templates write the e-mails of offers.
type Templates struct {
	of map[service.Language]offerTemplate
}

// builtIn are those that come with Kopeck.
var builtIn = func() *Templates {
	all, err := ReadTemplates("")
	if err != nil {
		panic(err)
	}
	return all
}()

// offerTemplate is the e-mail in one language. What a name has of HTML is escaped in its HTML part.
type offerTemplate struct {
	text *template.Template
	html *htmltemplate.Template
}

// ReadTemplates reads the templates of offers: offer.en.txt, offer.en.html, offer.ru.txt and offer.ru.html in a directory, each where it is not there as
// it comes with Kopeck; all of them for "". Each is tried on offers with and without all that can be absent, so that a field that there is not is
// an error here and not when an offer is sent.
func ReadTemplates(directory string) (*Templates, error) {
	read := func(name string) ([]byte, error) {
		if directory != "" {
			text, err := os.ReadFile(directory + "/" + name)
			if !errors.Is(err, fs.ErrNotExist) {
				return text, err
			}
		}
		return ownTemplates.ReadFile(name)
	}
	if err := checkDirectory(directory); err != nil {
		return nil, err
	}
	all := &Templates{map[service.Language]offerTemplate{}}
	for _, language := range service.AllLanguage {
		base := "offer." + strings.ToLower(string(language))
		text, err := read(base + ".txt")
		if err != nil {
			return nil, err
		}
		html, err := read(base + ".html")
		if err != nil {
			return nil, err
		}
		var one offerTemplate
		if one.text, err = template.New(base + ".txt").Parse(string(text)); err != nil {
			return nil, err
		}
		if one.html, err = htmltemplate.New(base + ".html").Parse(string(html)); err != nil {
			return nil, err
		}
		if one.text.Lookup(subjectName) == nil {
			return nil, fmt.Errorf("%s.txt: want the subject in {{define %q}}", base, subjectName)
		}
		all.of[language] = one
		for _, sample := range []shownOffer{sampleOffer(language), {Language: language}} {
			if _, _, _, err := all.write(sample); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// checkDirectory refuses files that no template is read from: the name may be misspelt.
func checkDirectory(directory string) error {
	if directory == "" {
		return nil
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, err := fs.Stat(ownTemplates, e.Name()); err != nil && strings.HasPrefix(e.Name(), "offer.") {
			return fmt.Errorf("%s: want offer.en.txt, offer.en.html, offer.ru.txt or offer.ru.html", e.Name())
		}
	}
	return nil
}

// sampleOffer is an offer with all that one can have.
func sampleOffer(language service.Language) shownOffer {
	section := shownSection{"1. A", []shownLine{{"Coat", "lining 1", "1", "1.00 RUB", "1.00 RUB"}}, "1.00 RUB", "0.00 RUB", "1.00 RUB"}
	return shownOffer{
		ID: "off", Language: language, Company: service.Company{Name: "Shop", Address: "Kazan", Contact: "us", Jurisdiction: "RU"}, Customer: "Anna",
		Sections: []shownSection{section}, Net: section.Net, Tax: section.Tax, Gross: section.Gross, Until: "2026-12-01", Personal: "Your own price.",
	}
}

// write writes the e-mail of an offer.
func (t *Templates) write(o shownOffer) (subject, text, html string, err error) {
	one := t.of[o.Language]
	var s, plain, marked bytes.Buffer
	if err := one.text.ExecuteTemplate(&s, subjectName, o); err != nil {
		return "", "", "", err
	}
	if err := one.text.Execute(&plain, o); err != nil {
		return "", "", "", err
	}
	err = one.html.Execute(&marked, o)
	return strings.TrimSpace(s.String()), plain.String(), marked.String(), err
}
