package transport

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ReadTrusted reads documents for Config.Trusted: from a .graphql file, which is one document byte by byte, from a
// .json file, which is an object of texts by their SHA-256, or from all files of either kind in a directory and below it.
// It gives an error, naming the file, for a text whose SHA-256 is another than it is said to be, and where there is no document at all.
func ReadTrusted(path string) (map[string]string, error) {
	root, err := filepath.EvalSymlinks(path) // WalkDir does not go through a link
	if err != nil {
		return nil, err
	}
	var files []string
	err = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	trusted := map[string]string{}
	for _, file := range files {
		switch filepath.Ext(file) {
		case ".graphql":
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			trusted[hashOf(string(text))] = string(text)
		case ".json":
			if err := readManifest(file, trusted); err != nil {
				return nil, err
			}
		}
	}
	if len(trusted) == 0 {
		return nil, errors.New(path + " has no document: want .graphql files or .json manifests")
	}
	return trusted, nil
}

func readManifest(file string, into map[string]string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var manifest map[string]string
	if err := json.Unmarshal(content, &manifest); err != nil {
		return fmt.Errorf("%s is no manifest {sha256: text}: %w", file, err)
	}
	for hash, text := range manifest {
		if hashOf(text) != hash {
			return fmt.Errorf("%s: %.80q is not the SHA-256 of its text, in small hexadecimal letters", file, hash)
		}
		into[hash] = text
	}
	return nil
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// tryTrusted reports the trusted documents that cannot be run: a client that is older or newer than the schema has
// them, and is told when it asks, but the operator should know when the server starts.
func (h *Handler) tryTrusted() {
	for hash, text := range h.config.Trusted {
		if _, refused := h.document(text); refused != nil {
			h.log.Warn("a trusted document does not fit the schema or the limits", "sha256", hash, "error", refused.errors.Error())
		}
	}
}
