package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// documentWidth is the column that prose in documents is wrapped at. Tables, code and words that are longer are exempt.
const documentWidth = 100

// manual is one Markdown document of the project.
type manual struct {
	path  string
	lines []string // without those of code blocks, which are empty
	bare  string   // the lines as one text
}

// manuals reads the documents that people read.
func manuals(t *testing.T) []manual {
	t.Helper()
	names := []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
	for _, pattern := range []string{"docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	var all []manual
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m := manual{path: filepath.ToSlash(name)}
		code := false
		for line := range strings.Lines(string(content)) {
			line = strings.TrimSuffix(line, "\n")
			fence := strings.HasPrefix(strings.TrimSpace(line), "```")
			if fence || code {
				line = ""
			}
			code = code != fence
			m.lines = append(m.lines, line)
		}
		m.bare = strings.Join(m.lines, "\n")
		all = append(all, m)
	}
	return all
}

func TestDocumentsAreWrapped(t *testing.T) {
	t.Parallel()
	for _, m := range manuals(t) {
		t.Run(m.path, func(t *testing.T) {
			t.Parallel()
			for i, line := range m.lines {
				table := strings.HasPrefix(line, "|")
				oneWord := len(strings.Fields(line)) == 1
				if utf8.RuneCountInString(line) > documentWidth && !table && !oneWord {
					t.Errorf("line %d has %d characters, want at most %d", i+1, utf8.RuneCountInString(line), documentWidth)
				}
			}
		})
	}
}

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestDocumentsLinkToWhatExists follows links to files and to headings.
func TestDocumentsLinkToWhatExists(t *testing.T) {
	t.Parallel()
	all := manuals(t)
	anchors := map[string][]string{}
	for _, m := range all {
		for _, found := range heading.FindAllStringSubmatch(m.bare, -1) {
			anchor := strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(found[1]), ""), " ", "-")
			anchors[m.path] = append(anchors[m.path], anchor)
		}
	}
	for _, m := range all {
		t.Run(m.path, func(t *testing.T) {
			t.Parallel()
			for _, found := range markdownLink.FindAllStringSubmatch(m.bare, -1) {
				if strings.Contains(found[1], "://") {
					continue
				}
				file, anchor, _ := strings.Cut(found[1], "#")
				target := m.path
				if file != "" {
					target = path.Join(path.Dir(m.path), file)
				}
				if _, err := os.Stat(filepath.FromSlash(target)); err != nil {
					t.Errorf("%s leads to no file", found[1])
				}
				if anchor != "" && !slices.Contains(anchors[target], anchor) {
					t.Errorf("%s leads to no heading", found[1])
				}
			}
		})
	}
}

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	fileName = regexp.MustCompile(`^(\.?[\w.-]+/)*(\.?[\w*-]+\.(go|graphql|md|yml|sql|tmpl)|[\w-]+/)$`)
)

// TestDocumentsNameFilesThatExist looks for the files and directories that documents name: `pricing/book.go` and `store/` under
// the project's root, and `book.go`, if the sentence names its directory, in any directory.
func TestDocumentsNameFilesThatExist(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == ".git" {
			return fs.SkipDir
		}
		names[entry.Name()] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range manuals(t) {
		t.Run(m.path, func(t *testing.T) {
			t.Parallel()
			for _, paragraph := range paragraphs(m) {
				for _, span := range codeSpan.FindAllStringSubmatch(paragraph, -1) {
					name := span[1]
					if !fileName.MatchString(name) || names[strings.TrimSuffix(name, "/")] {
						continue
					}
					if found, err := filepath.Glob(filepath.FromSlash(name)); err != nil || len(found) == 0 {
						t.Errorf("`%s` is no file or directory of the project", name)
					}
				}
			}
		})
	}
}

// paragraphs splits a document into paragraphs, items of lists and rows of tables.
func paragraphs(m manual) []string {
	item := regexp.MustCompile(`^\s*([-*]|\d+\.) |^\||^$|^#`)
	var all []string
	for _, line := range m.lines {
		if len(all) == 0 || item.MatchString(line) {
			all = append(all, line)
			continue
		}
		all[len(all)-1] += "\n" + line
	}
	return all
}
