package testschema

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Deleting what gqlgen made and making it again gives the same bytes.
func TestRegeneratedIsIdentical(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and runs the generator")
	}
	// In testdata, so that ./... does not meet the copy meanwhile.
	if err := os.MkdirAll("testdata", 0o700); err != nil {
		t.Fatal(err)
	}
	copied, err := os.MkdirTemp("testdata", "regenerated")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = os.RemoveAll(copied)
		_ = os.Remove("testdata") // empty, unless two tests run at once
	})
	path := "testschema/testdata/" + filepath.Base(copied)
	for _, name := range []string{"schema.graphql", "gqlgen.yml", "resolvers.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// Picky is bound by its package's path, which is another in the copy.
		text = bytes.ReplaceAll(text, []byte("testschema.Picky"), []byte(path+".Picky"))
		if err := os.WriteFile(filepath.Join(copied, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("go", "run", "github.com/99designs/gqlgen", "generate")
	command.Dir = copied
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"generated.go", "models.go"} {
		want, _ := os.ReadFile(name)
		got, err := os.ReadFile(filepath.Join(copied, name))
		if err != nil {
			t.Fatal(err)
		}
		// gqlgen names its functions by the package's path, with a letter for each slash.
		got = bytes.ReplaceAll(got, []byte(strings.ReplaceAll(path, "/", "ᚋ")), []byte("testschema"))
		got = bytes.ReplaceAll(got, []byte(path), []byte("testschema"))
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what gqlgen makes of the schema: run go generate", name)
		}
	}
}
