#!/usr/bin/env bash
# Generate the Go code of the contract into gen/. Needs Go, and buf on the PATH or in ../../.venv/bin.
set -euo pipefail
cd "$(dirname "$0")"
PATH="$PWD/../../.venv/bin:$PATH"
GOBIN="$PWD/.bin" go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.10
GOBIN="$PWD/.bin" go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1
buf generate
