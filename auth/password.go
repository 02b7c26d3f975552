package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// passwordCost has the parameters of argon2id (RFC 9106) for one hash.
type passwordCost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// currentCost is the cost of new hashes: 19 MiB, two passes, one thread.
var currentCost = passwordCost{memory: 19 << 10, passes: 2, threads: 1}

// maxCost limits the cost of a stored hash, so that a damaged row cannot exhaust the machine.
var maxCost = passwordCost{memory: 256 << 10, passes: 16, threads: 16}

const (
	saltBytes = 16
	hashBytes = 32
)

// ErrPasswordHash reports a stored hash that cannot be read: an error in the database, not of the user.
var ErrPasswordHash = errors.New("auth: the stored password hash cannot be read")

// Passwords makes and verifies password hashes, a limited number at once: each takes 19 MiB and some
// tens of milliseconds of one core. Safe for concurrent use.
type Passwords struct {
	random io.Reader
	turns  chan struct{}
	nobody string // a hash of no password, for accounts that do not exist
}

// NewPasswords returns a Passwords that computes at most concurrency hashes at once (at least one); further calls
// wait. A nil random means the system's source.
func NewPasswords(concurrency int, random io.Reader) (*Passwords, error) {
	if random == nil {
		random = rand.Reader
	}
	p := &Passwords{random: random, turns: make(chan struct{}, max(1, concurrency))}
	var drawn [saltBytes + hashBytes]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return nil, fmt.Errorf("auth: reading randomness for passwords: %w", err)
	}
	p.nobody = formatPHC(currentCost, drawn[:saltBytes], drawn[saltBytes:])
	return p, nil
}

// Hash returns the hash of a password as a PHC string: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
// It waits for its turn; the error is the context's or of the source of randomness. Hash accepts any password; see
// CheckPassword.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	var salt [saltBytes]byte
	if _, err := io.ReadFull(p.random, salt[:]); err != nil {
		return "", fmt.Errorf("auth: reading randomness for a salt: %w", err)
	}
	hash, err := p.derive(ctx, currentCost, password, salt[:], hashBytes)
	if err != nil {
		return "", err
	}
	return formatPHC(currentCost, salt[:], hash), nil
}

// Verify reports whether a password has this hash. rehash reports that the password is correct and its hash has
// another cost than new ones, so that a new one should be stored. The error is the context's or ErrPasswordHash.
func (p *Passwords) Verify(ctx context.Context, stored, password string) (ok, rehash bool, err error) {
	cost, salt, want, err := parsePHC(stored)
	if err != nil {
		return false, false, err
	}
	got, err := p.derive(ctx, cost, password, salt, uint32(len(want)))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(got, want) == 1
	return ok, ok && (cost != currentCost || len(salt) != saltBytes || len(want) != hashBytes), nil
}

// VerifyDummy does the work of Verify for an account that does not exist, so that the time taken does
// not reveal that. The password is never correct. The error is the context's.
func (p *Passwords) VerifyDummy(ctx context.Context, password string) error {
	_, _, err := p.Verify(ctx, p.nobody, password)
	return err
}

// derive waits for its turn and computes a hash. The end of the context does not interrupt the computation, which is short.
func (p *Passwords) derive(ctx context.Context, cost passwordCost, password string, salt []byte, length uint32) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case p.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.turns }()
	return argon2.IDKey([]byte(password), salt, cost.passes, cost.memory, cost.threads, length), nil
}

// formatPHC encodes a hash as a PHC string: https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
func formatPHC(cost passwordCost, salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, cost.memory, cost.passes, cost.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

func parsePHC(text string) (cost passwordCost, salt, hash []byte, err error) {
	part := strings.Split(text, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v="+strconv.Itoa(argon2.Version) {
		return cost, nil, nil, ErrPasswordHash
	}
	_, err = fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &cost.memory, &cost.passes, &cost.threads)
	if err != nil || cost.memory < 8 || cost.passes < 1 || cost.threads < 1 ||
		cost.memory > maxCost.memory || cost.passes > maxCost.passes || cost.threads > maxCost.threads {
		return cost, nil, nil, ErrPasswordHash
	}
	salt, err = base64.RawStdEncoding.Strict().DecodeString(part[4])
	if err != nil || len(salt) < 8 || len(salt) > 64 {
		return cost, nil, nil, ErrPasswordHash
	}
	hash, err = base64.RawStdEncoding.Strict().DecodeString(part[5])
	if err != nil || len(hash) < 16 || len(hash) > 64 || formatPHC(cost, salt, hash) != text {
		return cost, nil, nil, ErrPasswordHash
	}
	return cost, salt, hash, nil
}
