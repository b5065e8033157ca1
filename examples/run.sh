#!/usr/bin/env bash
# Run the examples against a server of their own: from another process, and in another language.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
work=$(mktemp -d)
export NIGHTDESK_DATA_DIR="$work/data" NIGHTDESK_ADDRESS="${NIGHTDESK_EXAMPLE_ADDRESS:-127.0.0.1:18800}"
nightdesk serve 2>"$work/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" || true; rm -rf "$work"' EXIT
for _ in $(seq 200); do
  nightdesk doctor >/dev/null 2>&1 && break
  kill -0 "$server" || { cat "$work/server.log" >&2; exit 1; }
  sleep 0.2
done

examples/go/generate.sh
(cd examples/go && go build -o "$work/example" . && "$work/example") | tee "$work/go.log"
grep -q FINISH_REASON_ANSWERED "$work/go.log" || { echo "The Go example got no answer." >&2; exit 1; }
python examples/python/chat.py "When does the sample lamp turn itself off?" | tee "$work/python.log"
grep -q FINISH_REASON_ANSWERED "$work/python.log" || { echo "The Python example got no answer." >&2; exit 1; }
