package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/receipt"
)

// receiptCommand writes the receipt of what a customer has permitted.
type receiptCommand struct {
	Customer   string `arg:"" help:"The id of the customer."`
	Permission string `help:"The id of one permission of the customer; all of them by default."`
	Out        string `short:"o" placeholder:"FILE" help:"The file to be written, which must not exist; standard output by default."`
}

// Run implements the command.
func (c *receiptCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, mustBeCurrent, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	var one *string
	if c.Permission != "" {
		one = &c.Permission
	}
	made, err := k.app.Consent.Receipt(auth.System(ctx), c.Customer, one)
	if err == nil && made == nil {
		err = fault.New(fault.NotFound, "", "no such customer, or no such permission of the customer")
	}
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err := io.WriteString(p.stdout, made.Text)
		return err
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // it holds personal data
	if err != nil {
		return err
	}
	_, err = file.WriteString(made.Text)
	return errors.Join(err, file.Close())
}

// verifyReceiptCommand verifies a receipt without the database.
type verifyReceiptCommand struct {
	File string `arg:"" help:"The receipt; - for standard input."`
	Key  string `placeholder:"FILE|KEY" help:"The public key that must have signed it: a file with the JSON of /.well-known/receipt-keys.json or of kopeck keys public, or 32 bytes in base64url. Without it the key that stands in the receipt is taken, which proves that nothing was changed, but not who made it."`
}

// Run implements the command.
func (c *verifyReceiptCommand) Run(p *program) error {
	file, err := c.read(p)
	if err != nil {
		return err
	}
	trusted, err := c.keys()
	if err != nil {
		return fmt.Errorf("--key: %w", err)
	}
	report := receipt.Verify(file, trusted)
	for _, wrong := range report.Wrong {
		fmt.Fprintln(p.stdout, wrong)
	}
	if len(report.Wrong) > 0 {
		fmt.Fprintln(p.stdout, "the receipt is NOT in order")
		return exit(1)
	}
	d := report.Document
	for i := range d.Records {
		record := &d.Records[i]
		fmt.Fprintf(p.stdout, "%s: %s by %s, %s, %s, %d events\n", record.ID, record.Processing.Purpose, record.Processing.Channel, record.Standing.Level, record.Standing.State, len(record.Events))
	}
	fmt.Fprintf(p.stdout, "the receipt %s of %s, issued to %s at %s, is in order: every event is as it was recorded\n", d.ReceiptID, d.Parties[0].Name, d.PrincipalID, d.IssuedAt.Format(time.RFC3339))
	if report.Trusted {
		fmt.Fprintf(p.stdout, "signed by the key that was given, %s\n", d.Signature.KeyID)
	} else {
		fmt.Fprintf(p.stdout, "signed by the key that stands in the receipt, %s: nothing was changed since, but who signed it is not proven; give the installation's key by --key\n", d.Signature.KeyID)
	}
	return nil
}

// read reads the receipt.
func (c *verifyReceiptCommand) read(p *program) ([]byte, error) {
	if c.File == "-" {
		return io.ReadAll(io.LimitReader(p.stdin, receipt.MaxFile+1))
	}
	file, err := os.Open(c.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, receipt.MaxFile+1))
}

// keys reads the keys that are trusted; none if none are given.
func (c *verifyReceiptCommand) keys() ([]ed25519.PublicKey, error) {
	if c.Key == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Key)
	if errors.Is(err, os.ErrNotExist) {
		return receipt.ParseKeys([]byte(c.Key))
	}
	if err != nil {
		return nil, err
	}
	return receipt.ParseKeys(text)
}

// keysPublicCommand prints the public keys of receipts.
type keysPublicCommand struct{}

// Run implements the command.
func (c *keysPublicCommand) Run(_ context.Context, s *settings, p *program) error {
	keys, err := auth.OpenKeys(s.Keys, time.Now, nil)
	if err != nil {
		return fmt.Errorf("KOPECK_KEYS: %w", err)
	}
	_, err = fmt.Fprintf(p.stdout, "%s\n", keys.ReceiptJWKS())
	return err
}
