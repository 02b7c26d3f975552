package ownpage

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/ent/customerlink"
	"kopeck/ent/linkcode"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/outbox"
	"kopeck/store"
)

// The bounds of codes. One of eight digits that may be tried five times is guessed by one in twenty million; all that may be tried in a day for one
// customer by one in two million.
const (
	codeLife     = 10 * time.Minute
	viewingLife  = 10 * time.Minute
	triesOfCode  = 5
	codesOfLink  = 3 // in an hour
	codesOfDay   = 10
	hour, aDay   = time.Hour, 24 * time.Hour
	codeInText   = "{code}" // stands for the code in the text of its message until it leaves
	subjectRU    = "Код для вашей страницы"
	subjectEN    = "The code for your page"
	codeTextRU   = "Ваш код: " + codeInText + "\n\nОн действует десять минут и только один раз. Если вы его не запрашивали, ничего не делайте: без кода ваши данные никто не увидит.\n"
	codeTextEN   = "Your code: " + codeInText + "\n\nIt is valid for ten minutes, once. If you have not asked for it, do nothing: without the code nobody sees your data.\n"
	russianPages = "ru"
)

// SendCode sends a code to the customer of a link, to the e-mail address that we know, in the language of the page.
//
// Faults: NOT_FOUND on token; WRONG_STATE if no code can be sent; LIMIT_EXCEEDED if too many were asked for.
func (s *Service) SendCode(ctx context.Context, token, language string) error {
	link, _, err := s.opened(ctx, token)
	if err != nil {
		return err
	}
	if !s.outbox.Carries() {
		return fault.New(fault.WrongState, "", "no e-mails are sent")
	}
	draft := outbox.Draft{Purpose: schema.Service, Subject: subjectEN, Text: codeTextEN}
	if language == russianPages {
		draft.Subject, draft.Text = subjectRU, codeTextRU
	}
	return s.writeByLink(ctx, "sendLinkCode", func(ctx context.Context, tx *store.Tx) error {
		c, err := s.LockCustomer(ctx, tx, "token", link.CustomerID)
		if err != nil {
			return noLink(err)
		}
		if c.Email == nil {
			return fault.New(fault.WrongState, "", "the customer has no e-mail address")
		}
		now := s.Now()
		ofDay, err := tx.LinkCode.Query().Where(linkcode.CustomerID(c.ID), linkcode.CreatedAtGT(now.Add(-aDay))).All(ctx)
		if err != nil {
			return err
		}
		ofLink := 0
		for _, one := range ofDay {
			if one.LinkID == link.ID && one.CreatedAt.After(now.Add(-hour)) {
				ofLink++
			}
		}
		if ofLink >= codesOfLink || len(ofDay) >= codesOfDay {
			return fault.New(fault.LimitExceeded, "", "too many codes were asked for: try again later")
		}
		m, err := s.outbox.Queue(ctx, tx, c, draft)
		if err != nil {
			return err
		}
		return tx.LinkCode.Create().SetID(s.IDs.Make(id.LinkCode)).SetLinkID(link.ID).SetCustomerID(c.ID).SetMessageID(m.ID).
			SetCreatedAt(now).SetExpiresAt(now.Add(codeLife)).Exec(ctx)
	})
}

// EnterCode returns the token by which what is held is read for ten minutes, for the code that was sent last by a link. A code is accepted once,
// and of each five are tried. Faults: NOT_FOUND on token; INVALID on code, with one message whatever is wrong with it.
func (s *Service) EnterCode(ctx context.Context, token, code string) (viewing string, err error) {
	link, _, err := s.opened(ctx, token)
	if err != nil {
		return "", err
	}
	accepted := ""
	err = s.writeByLink(ctx, "enterLinkCode", func(ctx context.Context, tx *store.Tx) error {
		accepted = ""
		if _, err := s.LockCustomer(ctx, tx, "token", link.CustomerID); err != nil {
			return noLink(err)
		}
		last, err := tx.LinkCode.Query().Where(linkcode.LinkID(link.ID)).Order(linkcode.ByCreatedAt(store.Descending), linkcode.ByID(store.Descending)).First(ctx)
		if ent.IsNotFound(err) {
			return nil
		}
		if err != nil || last.UsedAt != nil || last.Tries >= triesOfCode || !last.ExpiresAt.After(s.Now()) {
			return err
		}
		right, err := s.links.Code(last.ID)
		if err != nil {
			return err
		}
		change := tx.LinkCode.UpdateOne(last).AddTries(1) // that it was tried is kept, whether or not it was right
		if subtle.ConstantTimeCompare([]byte(right), []byte(digits(code))) == 1 {
			accepted = last.ID
			change.SetUsedAt(s.Now())
		}
		return change.Exec(ctx)
	})
	switch {
	case err != nil:
		return "", err
	case accepted == "":
		return "", fault.Invalidf("code", "this code is wrong, was used, or has ended")
	}
	return s.links.Viewing(accepted, s.Now().Add(viewingLife))
}

// digits leaves out what people type between digits.
func digits(code string) string {
	return strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(code)
}

// Held returns everything that is held of the customer of a link, for whoever has entered a code: viewing is what EnterCode returned. Faults:
// NOT_FOUND on token; INVALID on viewing.
func (s *Service) Held(ctx context.Context, token, viewing string) (string, error) {
	link, err := s.viewed(ctx, token, viewing)
	if err != nil {
		return "", err
	}
	held, err := s.personal.Export(byLink(ctx), link.CustomerID)
	if err != nil || held == nil {
		return "", noLink(err)
	}
	return held.Text, nil
}

// Receipt returns the receipt of what the customer of a link has permitted: see Held. WRONG_STATE while the setting company is not set.
func (s *Service) Receipt(ctx context.Context, token, viewing string) (string, error) {
	link, err := s.viewed(ctx, token, viewing)
	if err != nil {
		return "", err
	}
	receipt, err := s.consent.Receipt(byLink(ctx), link.CustomerID, nil)
	if err != nil || receipt == nil {
		return "", noLink(err)
	}
	return receipt.Text, nil
}

// viewed returns the link of a token together with which somebody has entered a code.
func (s *Service) viewed(ctx context.Context, token, viewing string) (*ent.CustomerLink, error) {
	link, _, err := s.opened(ctx, token)
	if err != nil {
		return nil, err
	}
	wrong := fault.Invalidf("viewing", "the time in which this can be read is over: ask for another code")
	codeID, err := s.links.VerifyViewing(viewing)
	if err != nil {
		return nil, wrong
	}
	found, err := s.Client.LinkCode.Query().Where(linkcode.ID(codeID), linkcode.LinkID(link.ID), linkcode.UsedAtNotNil()).Exist(byLink(ctx))
	if err == nil && !found {
		err = wrong
	}
	return link, err
}

// fill puts the code into the message that it is sent by, as the message leaves: neither the database nor the API has it.
func (s *Service) fill(ctx context.Context, m *ent.Message, text string) (string, error) {
	if m.Purpose != schema.Service || !strings.Contains(text, codeInText) {
		return text, nil
	}
	codeID, err := s.Client.LinkCode.Query().Where(linkcode.MessageID(m.ID)).OnlyID(byLink(ctx))
	if ent.IsNotFound(err) {
		return text, nil
	}
	if err != nil {
		return "", err
	}
	code, err := s.links.Code(codeID)
	return strings.ReplaceAll(text, codeInText, code), err
}

// opened returns the link of a token, and its customer. NOT_FOUND on token, with one message, for whatever opens no page.
func (s *Service) opened(ctx context.Context, token string) (*ent.CustomerLink, *ent.Customer, error) {
	linkID, err := s.links.VerifyPage(token)
	if err != nil {
		return nil, nil, noLink(nil)
	}
	ctx = byLink(ctx)
	link, err := s.Client.CustomerLink.Query().Where(customerlink.ID(linkID)).WithCustomer().Only(ctx)
	if ent.IsNotFound(err) || err == nil && (!s.holds(link) || link.Edges.Customer == nil || link.Edges.Customer.DeletedAt != nil) {
		return nil, nil, noLink(nil)
	}
	if err != nil {
		return nil, nil, err
	}
	return link, link.Edges.Customer, nil
}

// noLink returns the fault of a link that opens no page; other errors stay as they are.
func noLink(err error) error {
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return fault.New(fault.NotFound, "token", "this link is wrong, incomplete or has ended")
}

// DeleteCodes deletes the codes that bound nothing any more.
func (s *Service) DeleteCodes(ctx context.Context) error {
	return s.writeByLink(ctx, "deleteLinkCodes", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.LinkCode.Delete().Where(linkcode.CreatedAtLT(s.Now().Add(-2 * service.Days(1)))).Exec(ctx)
		return err
	})
}
