package auth

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kopeck/fault"
)

// The policy of passwords, after NIST SP 800-63B: length and not composition, and no password that
// everybody tries first. The upper bound keeps hashing cheap and lets a sentence in any script pass.
const (
	MinPassword = 8   // characters
	MaxPassword = 256 // bytes
)

// triedFirst are passwords of at least MinPassword characters from the heads of the published lists of
// leaked ones, Russian keyboards included.
var triedFirst = []string{
	"password", "passw0rd", "password1", "password12", "password123", "password1234", "p@ssw0rd", "p@ssword",
	"12345678", "123456789", "1234567890", "12345678910", "0123456789", "987654321", "87654321", "123123123",
	"1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "qwertyui", "qwertyuiop", "qwerty12", "qwerty123", "qwerty1234", "asdfghjkl",
	"asdfghjk", "zxcvbnm1", "iloveyou", "iloveyou1", "sunshine", "princess", "football", "baseball", "superman",
	"trustno1", "welcome1", "welcome123", "letmein1", "admin123", "admin1234", "administrator", "changeme",
	"changeme123", "abcd1234", "abc12345", "a1b2c3d4", "computer", "internet", "whatever", "starwars",
	"пароль123", "йцукенгш", "йцукенгшщз", "йцукен123", "ячсмитьб", "фывапролдж",
}

// CheckPassword tells whether a new password is acceptable: nil, or what is wrong with it, to be shown.
// account is the e-mail address that the password is for.
func CheckPassword(field, account, password string) *fault.Error {
	folded := strings.ToLower(password)
	name, _, _ := strings.Cut(strings.ToLower(account), "@")
	switch {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return fault.New(fault.Invalid, field, "the password is not plain text")
	case utf8.RuneCountInString(password) < MinPassword:
		return fault.New(fault.Invalid, field, "the password is too short: %d characters at least", MinPassword)
	case len(password) > MaxPassword:
		return fault.New(fault.Invalid, field, "the password is too long: %d bytes at most", MaxPassword)
	case strings.Trim(folded, string([]rune(folded)[:1])) == "":
		return fault.New(fault.Invalid, field, "the password is one character over and over")
	case slices.Contains(triedFirst, folded):
		return fault.New(fault.Invalid, field, "the password is one of those that everybody tries first")
	case folded == strings.ToLower(account) || folded == name:
		return fault.New(fault.Invalid, field, "the password is the account's own name")
	}
	return nil
}
