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

// ReadTrusted reads documents for Config.Trusted: from a .graphql file, whose content is one document, from a
// .json file, which is an object of texts by their SHA-256, or from all such files in a directory and below it. The error
// names the file. It is an error if a text has another SHA-256 than its key, and if there is no document.
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
		return nil, errors.New(path + " has no document; put .graphql files or .json manifests there")
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
		return fmt.Errorf("%s must be a manifest, a JSON object of texts by their SHA-256: %w", file, err)
	}
	for hash, text := range manifest {
		if hashOf(text) != hash {
			return fmt.Errorf("%s: %.80q is not the SHA-256 of its text; write it in lower-case hexadecimal digits", file, hash)
		}
		into[hash] = text
	}
	return nil
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// tryTrusted logs the trusted documents that cannot be run, which belong to clients older or newer than the schema. Such a
// client gets an error when it sends one; the log informs the operator when the server starts.
func (h *Handler) tryTrusted() {
	for hash, text := range h.config.Trusted {
		if _, refused := h.document(text); refused != nil {
			h.log.Warn("a trusted document cannot be run: it does not fit the schema or the limits", "sha256", hash, "error", refused.errors.Error())
		}
	}
}
