package option

import (
	"cmp"
	"embed"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A profile is a text that says how the exports of another program are read: a section for each kind of file, in which a line is
//
//	map FIELD = FROM          as --map; the first line of a field whose columns the file has is taken
//	optional FIELD = FROM     the same, but the file need not have the columns
//	word FIELD TEXT = VALUE   as --words; "" is an empty cell, * any other text
//	OPTION = VALUE            as the option of the command: encoding, numbers, date-format, time-zone, skip, null, where, negative, rest, products,
//	                          and round or no-header, which are true
//
// and what begins with # is a comment. Options of the command are before those of the profile.

//go:embed profiles/*.profile
var profiles embed.FS

const profileEnding = ".profile"

// Profile is a profile that the program has.
type Profile struct {
	Name  string
	About string // its first line
	Text  string
}

// Profiles lists the profiles that the program has.
func Profiles() []Profile {
	var all []Profile
	paths, _ := fs.Glob(profiles, "profiles/*"+profileEnding) // the pattern is right
	for _, path := range paths {
		text, _ := profiles.ReadFile(path) // it was listed
		about, _, _ := strings.Cut(string(text), "\n")
		all = append(all, Profile{strings.TrimSuffix(filepath.Base(path), profileEnding), strings.TrimLeft(about, "# "), string(text)})
	}
	return all
}

// profile is what a profile says of one kind of file.
type profile struct {
	maps    []Mapping
	words   map[string]map[string]string
	options map[string]string
}

// loadProfile finds a profile by its name, or reads it from a file.
func loadProfile(name string, kind Kind) (*profile, error) {
	all := Profiles()
	at := slices.IndexFunc(all, func(p Profile) bool { return p.Name == name })
	if at >= 0 {
		return parseProfile(name, all[at].Text, kind)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		var names []string
		for _, one := range all {
			names = append(names, one.Name)
		}
		return nil, Errorf("--profile: there is no profile and no file %q; the profiles are: %s", name, strings.Join(names, ", "))
	}
	return parseProfile(name, strings.TrimPrefix(string(text), "\ufeff"), kind)
}

func parseProfile(name, text string, kind Kind) (*profile, error) {
	p := &profile{words: map[string]map[string]string{}, options: map[string]string{}}
	section := Kind("")
	var kinds []string
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if named, ok := strings.CutPrefix(line, "["); ok {
			section = Kind(strings.TrimSuffix(named, "]"))
			if !slices.Contains(Kinds(), section) {
				return nil, Errorf("--profile %s, line %d: want [orders], [customers], [contacts], [rates] or [spend], not %s", name, n, line)
			}
			kinds = append(kinds, string(section))
			continue
		}
		if line == "" || line[0] == '#' || section != kind && section != "" {
			continue
		}
		if err := p.line(line); err != nil {
			return nil, Errorf("--profile %s, line %d: %v", name, n, err)
		}
	}
	if !slices.Contains(kinds, string(kind)) {
		return nil, Errorf("--profile %s is for %s, not for %s", name, strings.Join(kinds, " and "), kind)
	}
	return p, nil
}

// profileOptions are the options that a profile may have.
var profileOptions = []string{"encoding", "numbers", "date-format", "time-zone", "skip", "null", "where", "negative", "rest", "products", "round", "no-header"}

// line reads a line of the section.
func (p *profile) line(line string) error {
	left, value, ok := strings.Cut(line, " = ")
	left, value = strings.TrimSpace(left), strings.TrimSpace(value)
	if !ok || value == "" {
		return Errorf("want NAME = VALUE, not %q", line)
	}
	verb, rest, _ := strings.Cut(left, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case verb == "map", verb == "optional":
		p.maps = append(p.maps, Mapping{Field: rest, From: value, Optional: verb == "optional", Profile: true})
	case verb == "word":
		field, text, ok := strings.Cut(rest, " ")
		if !ok {
			return Errorf("want word FIELD TEXT = VALUE, not %q", line)
		}
		addWord(p.words, field, text, value)
	case rest == "" && slices.Contains(profileOptions, verb):
		p.options[verb] = value
	default:
		return Errorf("%q: want map, optional, word or one of %s", left, strings.Join(profileOptions, ", "))
	}
	return nil
}

// apply fills in what the options do not say.
func (p *profile) apply(o *Options) error {
	o.Encoding = cmp.Or(o.Encoding, p.options["encoding"])
	o.DateFormat = cmp.Or(o.DateFormat, p.options["date-format"])
	o.TimeZone = cmp.Or(o.TimeZone, p.options["time-zone"])
	o.Null = cmp.Or(o.Null, p.options["null"])
	o.Where = cmp.Or(o.Where, p.options["where"])
	o.Negative = cmp.Or(o.Negative, Negativity(p.options["negative"]))
	o.Rest, o.Products = cmp.Or(o.Rest, p.options["rest"]), cmp.Or(o.Products, p.options["products"])
	if !o.DecimalComma {
		o.Numbers = cmp.Or(o.Numbers, p.options["numbers"])
	}
	if skip := p.options["skip"]; skip != "" && o.Skip == 0 {
		lines, err := strconv.Atoi(skip)
		if err != nil {
			return Errorf("--profile: skip: want a number of lines, not %q", skip)
		}
		o.Skip = lines
	}
	for name, on := range map[string]*bool{"round": &o.Round, "no-header": &o.NoHeader} {
		switch p.options[name] {
		case "":
		case "true":
			*on = true
		default:
			return Errorf("--profile: %s: want true, not %q", name, p.options[name])
		}
	}
	return nil
}

// together are fields of which one replaces the others.
var together = [][]string{{"amount", "total", "quantity", "price"}}

// without returns the profile's mappings but for what the command maps.
func (p *profile) without(given []Mapping) []Mapping {
	return slices.DeleteFunc(slices.Clone(p.maps), func(one Mapping) bool {
		return slices.ContainsFunc(given, func(other Mapping) bool {
			return other.Field == one.Field || slices.ContainsFunc(together, func(fields []string) bool {
				return slices.Contains(fields, one.Field) && slices.Contains(fields, other.Field)
			})
		})
	})
}
