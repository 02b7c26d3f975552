// Package auth says who is asking and what they may do: signing keys, access tokens, refresh tokens and
// passwords for the first; the table of rules and the guard on the database's client for the second.
// Price tokens and permission links are signed here too, since they rest on the same keys.
package auth
