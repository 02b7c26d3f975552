package consent

import (
	"fmt"
	"strings"

	"kopeck/ent"
	"kopeck/service/input"
)

// proofPage writes a proof for people. Texts that customers agreed to stand in it as they were, line by line.
func (s *Service) proofPage(p *ContactProof) string {
	var page strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&page, format+"\n", args...) }
	c := p.Contact
	line("Contact %s with the customer %s", c.ID, c.CustomerID)
	line("%s %s by %s at %s, recorded at %s", c.Direction, c.Kind, c.Channel, s.moment(c.At), s.moment(c.RecordedAt))
	if c.VoidedAt != nil {
		line("voided at %s: it is shown as it was recorded", s.moment(*c.VoidedAt))
	}
	if p.Decision == nil {
		line("no permission was needed: it is inbound, or sells nothing")
	} else {
		line("purpose %s; the level needed then: %s", *p.Purpose, p.Decision.RequiredLevel)
		answer := "not allowed"
		if p.Decision.Allowed {
			answer = "allowed"
		}
		line("%s at that moment: %s", answer, p.Decision.Reason)
	}
	if len(p.Events) == 0 {
		line("no permission was recorded by then")
		return page.String()
	}
	line("")
	line("The permission %s", p.Events[0].PermissionID)
	switch {
	case p.Wording == nil:
		line("no text had been agreed to by then")
	default:
		line("agreed to%s:", edition(p.WordingVersion, p.Language))
		for text := range strings.SplitSeq(*p.Wording, "\n") {
			line("  | %s", text)
		}
	}
	line("")
	line("Its events up to then")
	for _, e := range p.Events {
		s.eventLines(line, e)
	}
	if p.Broken != nil {
		line("")
		line("The consent log is BROKEN: %s", *p.Broken)
		return page.String()
	}
	line("")
	line("All events of the permission, later ones among them, are chained by their hashes and as they were recorded.")
	return page.String()
}

// edition names the version and the language of a text, as far as they are known.
func edition(version, language *string) string {
	text := ""
	if version != nil {
		text += ", version " + *version
	}
	if language != nil {
		text += ", in the language " + *language
	}
	return text
}

// eventLines writes an event in two or three lines.
func (s *Service) eventLines(line func(string, ...any), e *ent.PermissionEvent) {
	what := string(e.Kind)
	if e.Level != nil {
		what += " " + string(*e.Level)
	}
	if e.ExpiresAt != nil {
		what += " until " + s.moment(*e.ExpiresAt)
	}
	line("%2d %s %s", e.Sequence, s.moment(e.At), what)
	from := []string{e.Source, "recorded by " + e.Actor}
	if e.Address != nil {
		from = append(from, "at "+*e.Address)
	}
	if e.GivenAt != nil {
		from = append(from, "agreed to at "+s.moment(*e.GivenAt))
	}
	if e.BundledWith != nil {
		from = append(from, "together with: "+*e.BundledWith)
	}
	if reason := input.OrZero(e.Reason); reason != "" {
		from = append(from, "because: "+reason)
	}
	line("   %s", strings.Join(from, "; "))
	line("   hash %s", e.Hash)
}
