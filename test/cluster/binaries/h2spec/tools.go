//go:build tools

// Package h2spec holds no code. It names the command that is built, so that go.mod and go.sum pin it and everything below it: h2spec
// itself was published before there were modules.
package h2spec

import _ "github.com/summerwind/h2spec/cmd/h2spec"
