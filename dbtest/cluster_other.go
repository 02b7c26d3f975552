//go:build !unix

package dbtest

import "errors"

// Start returns an error: a temporary PostgreSQL server can be started only on Unix. Set KOPECK_TEST_POSTGRES_URL instead.
func Start() (string, error) {
	return "", errors.New("a temporary PostgreSQL server can be started only on Unix; set KOPECK_TEST_POSTGRES_URL")
}
