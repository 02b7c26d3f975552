package option

import (
	"errors"
	"fmt"
	"strings"
)

// ErrOptions reports options that make no sense or are not enough.
var ErrOptions = errors.New("wrong options")

// Errorf returns an ErrOptions that says what is wrong, and what is expected.
func Errorf(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...))
}

// Short shortens a text for a message.
func Short(text string) string {
	if len(text) > 40 {
		return strings.ToValidUTF8(text[:40], "") + "…"
	}
	return text
}
