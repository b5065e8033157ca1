#!/usr/bin/env bash
# The contract may grow and never break, and the committed generated code is what the .proto files say.
set -euo pipefail
generated=$(mktemp -d)
trap 'rm -rf "$generated"' EXIT
python -m grpc_tools.protoc -Iproto --python_out="$generated" --grpc_python_out="$generated" \
  --mypy_out=quiet:"$generated" --mypy_grpc_out=quiet:"$generated" proto/nightdesk/v1/*.proto
for file in "$generated"/nightdesk/v1/*; do
  cmp -s "$file" "proto/nightdesk/v1/$(basename "$file")" || {
    echo "proto/nightdesk/v1/$(basename "$file") is not what its .proto says: run \`make proto\` and commit." >&2
    exit 1
  }
done
# The newest commit before this one that has the contract is the baseline; the first commit has none.
baseline=$(git rev-list -1 HEAD~1 -- proto/nightdesk/v1 2>/dev/null || true)
if [ -n "$baseline" ]; then
  git archive --output "$generated/baseline.tar" "$baseline" buf.yaml proto
  buf breaking --against "$generated/baseline.tar"
fi
