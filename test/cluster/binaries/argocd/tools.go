//go:build tools

// Package argocd holds no code. It names the command that is built, so that go.mod and go.sum pin it and everything below it. The replace
// block in go.mod is Argo CD's own: Go heeds the one of the main module alone.
package argocd

import _ "github.com/argoproj/argo-cd/v3/cmd"
