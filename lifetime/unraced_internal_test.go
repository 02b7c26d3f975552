//go:build !race

package lifetime

const raced = false
