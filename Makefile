# The commands of CONTRIBUTING.md. "make" alone lists them.

# Tools are installed into GOBIN and taken from there.
export GOBIN := $(or $(GOBIN),$(shell go env GOBIN),$(shell go env GOPATH)/bin)
export PATH := $(GOBIN):$(PATH)
# Kopeck is built without C. The race detector is the one exception: see .ci/verify.
export CGO_ENABLED := 0

.PHONY: help generate diff format formatted lint test verify tools

help:
	@echo 'make generate  write the generated code again, after a change of schema/, *.graphql or gqlgen.yml'
	@echo 'make diff      compare the generated code with what the generators make; changes nothing'
	@echo 'make format    format the Go files'
	@echo 'make lint      check the format and run the linters'
	@echo 'make test      run all tests'
	@echo 'make verify    run everything that must pass before a change is merged'
	@echo 'make tools     install the formatter and the linters'

generate:
	go generate ./ent ./graph ./transport/internal/testschema
	gofumpt -w graph/*.resolvers.go

diff:
	bash .ci/diff

format:
	gofumpt -w .

formatted:
	@files=$$(gofumpt -l .) || exit 1; \
	if [ -n "$$files" ]; then printf 'not formatted, run "make format":\n%s\n' "$$files"; exit 1; fi

lint: formatted
	golangci-lint run

# -count=1: a result from the cache says nothing about PostgreSQL, which the cache does not know.
test:
	go test -count=1 -timeout 20m ./...

verify:
	bash .ci/verify

tools:
	bash .ci/tools
