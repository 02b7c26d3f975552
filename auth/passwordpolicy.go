package auth

import (
	"strings"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"

	"kopeck/fault"
)

// The policy of passwords follows NIST SP 800-63B: it requires a length and no composition, and refuses what is guessed first. That is
// estimated by zxcvbn, which knows the most common leaked passwords, names, words, dates, rows of keys, sequences and
// repetitions, and what people make of them. The upper bound keeps hashing cheap and allows a sentence in any script.
const (
	MinPassword = 8   // characters
	MaxPassword = 256 // bytes

	minEntropy = 20 // bits: a million guesses, which at the bounds of attempts take over three weeks
	estimated  = 40 // characters that are estimated: the time grows with the square of the length
)

// commonWords are words and names in Russian that common passwords are made of; the estimator's are English.
var commonWords = []string{
	"пароль", "привет", "любовь", "солнце", "солнышко", "наташа", "максим", "андрей", "марина", "россия", "москва", "спартак", "зенит",
	"крокодил", "лапочка", "зайчик", "котенок", "родина", "победа", "пошелнахуй", "админ", "директор",
}

// rowsOfKeys has the keys of the Russian keyboard and, below, those of the Latin one at the same places.
var rowsOfKeys = [2]string{"йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"}

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
	case folded == strings.ToLower(account) || folded == name:
		return fault.New(fault.Invalid, field, "the password is the name of the account; choose another")
	case guessable(folded, name):
		return fault.New(fault.Invalid, field, "the password is one of those that are guessed first; use a longer one, of several words that do not belong together")
	}
	return nil
}

// guessable reports whether a password in lower case is guessed soon. What was typed on a Russian keyboard is also estimated as what the
// same keys give on a Latin one: йцукен is qwerty.
func guessable(password, account string) bool {
	if runes := []rune(password); len(runes) > estimated {
		password = string(runes[:estimated])
	}
	words := append([]string{account, "kopeck"}, commonWords...)
	for _, word := range commonWords {
		words = append(words, keysOf(word))
	}
	return zxcvbn.PasswordStrength(password, words).Entropy < minEntropy ||
		zxcvbn.PasswordStrength(keysOf(password), words).Entropy < minEntropy
}

// keysOf returns the Latin characters on the keys by which a text is typed.
func keysOf(text string) string {
	latin := []rune(rowsOfKeys[1])
	return strings.Map(func(r rune) rune {
		for i, russian := range []rune(rowsOfKeys[0]) {
			if r == russian {
				return latin[i]
			}
		}
		return r
	}, text)
}
