//go:build !unix

package dbtest

import "errors"

// Start cannot start a throwaway PostgreSQL here; set KOPECK_TEST_POSTGRES_URL.
func Start() (string, error) {
	return "", errors.New("a throwaway PostgreSQL can only be started on Unix")
}
