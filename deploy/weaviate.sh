#!/usr/bin/env bash
# One Weaviate node for development and tests, without containers.
# usage: deploy/weaviate.sh build | run | start | stop
#   build  make the server with Go where the binary is absent (about six minutes on two cores)
#   run    in the foreground            start, stop  in the background, by the pid file in the data folder
# env: WEAVIATE_HTTP_PORT (8080), WEAVIATE_GRPC_PORT (50051), WEAVIATE_CLUSTER_PORT (7100: the first of four),
#      WEAVIATE_DATA (.weaviate), WEAVIATE_API_KEY (empty lets anybody in who reaches the ports), WEAVIATE_BIN
# The HTTP port is bound to loopback. Weaviate has no setting to bind its gRPC port so: firewall it, or set a key.
set -euo pipefail
version=v1.35.2
http=${WEAVIATE_HTTP_PORT:-8080} grpc=${WEAVIATE_GRPC_PORT:-50051} cluster=${WEAVIATE_CLUSTER_PORT:-7100}
data=${WEAVIATE_DATA:-.weaviate} key=${WEAVIATE_API_KEY:-}
bin=${WEAVIATE_BIN:-$(command -v weaviate-server || echo "$HOME/go/bin/weaviate-server")}

build() { test -x "$bin" || go install "github.com/weaviate/weaviate/cmd/weaviate-server@$version"; }

run() {
  test -x "$bin" || { echo "$bin is absent: $0 build" >&2; exit 1; }
  mkdir -p "$data"
  if [ -n "$key" ]; then
    export AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=false AUTHENTICATION_APIKEY_ENABLED=true
    export AUTHENTICATION_APIKEY_ALLOWED_KEYS=$key AUTHENTICATION_APIKEY_USERS=nightdesk
  else
    export AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true
  fi
  export PERSISTENCE_DATA_PATH=$data DEFAULT_VECTORIZER_MODULE=none DISABLE_TELEMETRY=true GO_PROFILING_DISABLE=true
  export GRPC_PORT=$grpc CLUSTER_HOSTNAME=node1 CLUSTER_IN_LOCALHOST=true
  export CLUSTER_BIND_ADDR=127.0.0.1 CLUSTER_ADVERTISE_ADDR=127.0.0.1
  export CLUSTER_GOSSIP_BIND_PORT=$cluster CLUSTER_DATA_BIND_PORT=$((cluster + 1))
  export RAFT_PORT=$((cluster + 2)) RAFT_INTERNAL_RPC_PORT=$((cluster + 3)) RAFT_JOIN=node1:$((cluster + 2)) RAFT_BOOTSTRAP_EXPECT=1
  export AUTOSCHEMA_ENABLED=false LOG_LEVEL=${LOG_LEVEL:-warning}
  exec "$bin" --scheme http --host 127.0.0.1 --port "$http"
}

start() {
  mkdir -p "$data"
  run >>"$data/log" 2>&1 </dev/null &
  echo $! >"$data/pid"
  for _ in $(seq 300); do
    curl -fs -o /dev/null "http://127.0.0.1:$http/v1/.well-known/ready" && { echo "ready: http 127.0.0.1:$http, grpc 127.0.0.1:$grpc"; return; }
    kill -0 "$(cat "$data/pid")" 2>/dev/null || break
    sleep 0.2
  done
  echo "Weaviate did not start; the end of $data/log:" >&2
  tail -5 "$data/log" >&2
  exit 1
}

stop() {
  pid=$(cat "$data/pid")
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm "$data/pid"
}

case ${1:-} in
  build | run | start | stop) "$1" ;;
  *) sed -n '2,8s/^# //p' "$0" >&2; exit 2 ;;
esac
