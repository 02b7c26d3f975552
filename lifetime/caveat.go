package lifetime

// OneTimeBuyer is the note on a BG/NBD figure of a customer with x = 0: the model lets nobody leave
// before a second order, so their probability of being alive is 1 however long they have been silent.
// Their expected orders do fall with silence and can be used.
const OneTimeBuyer = "BG/NBD calls a one-time buyer surely alive, whatever their silence: the probability is an artefact"

// Caveats are sentences for the notes on this model's figures for a customer with x repeat order days.
func (m BGNBD) Caveats(x int) []string {
	var c []string
	if x == 0 {
		c = append(c, OneTimeBuyer)
	}
	if m.A == 0 {
		c = append(c, string(NoDropout))
	}
	return c
}
