// Package auth authenticates and authorises actors. Signing keys, access tokens, refresh tokens and passwords
// authenticate; a table of rules and the guard on the database's client authorise. Price tokens are
// encrypted and permission links signed here too, since they use the same keys.
package auth
