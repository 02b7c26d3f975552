package auth

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kopeck/fault"
)

// The policy of passwords follows NIST SP 800-63B: it requires a length and no composition, and excludes the most
// common passwords. The upper bound keeps hashing cheap and allows a sentence in any script.
const (
	MinPassword = 8   // characters
	MaxPassword = 256 // bytes
)

// commonPasswords are passwords of at least MinPassword characters from the top of published lists of
// leaked passwords, including Russian keyboards.
var commonPasswords = []string{
	"password", "passw0rd", "password1", "password12", "password123", "password1234", "p@ssw0rd", "p@ssword",
	"12345678", "123456789", "1234567890", "12345678910", "0123456789", "987654321", "87654321", "123123123",
	"1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "qwertyui", "qwertyuiop", "qwerty12", "qwerty123", "qwerty1234", "asdfghjkl",
	"asdfghjk", "zxcvbnm1", "iloveyou", "iloveyou1", "sunshine", "princess", "football", "baseball", "superman",
	"trustno1", "welcome1", "welcome123", "letmein1", "admin123", "admin1234", "administrator", "changeme",
	"changeme123", "abcd1234", "abc12345", "a1b2c3d4", "computer", "internet", "whatever", "starwars",
	"пароль123", "йцукенгш", "йцукенгшщз", "йцукен123", "ячсмитьб", "фывапролдж",
}

// CheckPassword returns nil if a new password is acceptable, otherwise the error to be shown.
// account is the e-mail address of the password's account.
func CheckPassword(field, account, password string) error {
	folded := strings.ToLower(password)
	name, _, _ := strings.Cut(strings.ToLower(account), "@")
	switch {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return fault.New(fault.Invalid, field, "the password must be valid UTF-8 without U+0000")
	case utf8.RuneCountInString(password) < MinPassword:
		return fault.New(fault.Invalid, field, "the password is too short; use at least %d characters", MinPassword)
	case len(password) > MaxPassword:
		return fault.New(fault.Invalid, field, "the password is too long; use at most %d bytes", MaxPassword)
	case strings.Trim(folded, string([]rune(folded)[:1])) == "":
		return fault.New(fault.Invalid, field, "the password repeats one character; use different ones")
	case slices.Contains(commonPasswords, folded):
		return fault.New(fault.Invalid, field, "the password is one of the most common ones; choose another")
	case folded == strings.ToLower(account) || folded == name:
		return fault.New(fault.Invalid, field, "the password is the name of the account; choose another")
	}
	return nil
}
