#!/usr/bin/env bash
# Weaviate for development and tests, without containers: one node, or a cluster of three on this machine.
# usage: deploy/weaviate.sh build | run | start | stop
#        deploy/weaviate.sh cluster start [N] | stop | kill N | freeze N | thaw N | status | exec COMMAND...
#   build  make the server with Go where the binary is absent (about six minutes on two cores)
#   run    in the foreground            start, stop  in the background, by the pid file in the data folder
#   cluster  start makes the nodes 1 to 3, or brings one back; kill ends one without warning; freeze stops it from
#            answering; exec runs a command that can reach them
# env: WEAVIATE_HTTP_PORT (8080), WEAVIATE_GRPC_PORT (50051), WEAVIATE_CLUSTER_PORT (7100: the first of four),
#      WEAVIATE_DATA (.weaviate), WEAVIATE_API_KEY (empty lets anybody in who reaches the ports), WEAVIATE_BIN
# One node: the HTTP port is bound to loopback. Weaviate has no setting to bind its gRPC port so: firewall it, or set a
# key. A cluster lives in a network namespace of its own, which has nothing but a loopback, so that only `exec` reaches
# it; node N's HTTP port there is WEAVIATE_CLUSTER_PORT + 10 N, its gRPC port the next one.
set -euo pipefail
version=v1.35.2
http=${WEAVIATE_HTTP_PORT:-8080} grpc=${WEAVIATE_GRPC_PORT:-50051} cluster=${WEAVIATE_CLUSTER_PORT:-7100}
data=${WEAVIATE_DATA:-.weaviate} key=${WEAVIATE_API_KEY:-}
bin=${WEAVIATE_BIN:-$(command -v weaviate-server || echo "$HOME/go/bin/weaviate-server")}
nodes="1 2 3"

build() { test -x "$bin" || go install "github.com/weaviate/weaviate/cmd/weaviate-server@$version"; }

common_settings() {
  test -x "$bin" || { echo "$bin is absent: $0 build" >&2; exit 1; }
  if [ -n "$key" ]; then
    export AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=false AUTHENTICATION_APIKEY_ENABLED=true
    export AUTHENTICATION_APIKEY_ALLOWED_KEYS=$key AUTHENTICATION_APIKEY_USERS=nightdesk
  else
    export AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true
  fi
  export DEFAULT_VECTORIZER_MODULE=none DISABLE_TELEMETRY=true GO_PROFILING_DISABLE=true AUTOSCHEMA_ENABLED=false
  export CLUSTER_IN_LOCALHOST=true CLUSTER_BIND_ADDR=127.0.0.1 CLUSTER_ADVERTISE_ADDR=127.0.0.1
  export LOG_LEVEL=${LOG_LEVEL:-warning}
}

run() {
  common_settings
  mkdir -p "$data"
  export PERSISTENCE_DATA_PATH=$data GRPC_PORT=$grpc CLUSTER_HOSTNAME=node1
  export CLUSTER_GOSSIP_BIND_PORT=$cluster CLUSTER_DATA_BIND_PORT=$((cluster + 1))
  export RAFT_PORT=$((cluster + 2)) RAFT_INTERNAL_RPC_PORT=$((cluster + 3)) RAFT_JOIN=node1:$((cluster + 2)) RAFT_BOOTSTRAP_EXPECT=1
  exec "$bin" --scheme http --host 127.0.0.1 --port "$http"
}

start() {
  mkdir -p "$data"
  run >>"$data/log" 2>&1 </dev/null &
  echo $! >"$data/pid"
  wait_until_ready "$http" "$data"
  echo "ready: http 127.0.0.1:$http, grpc 127.0.0.1:$grpc"
}

# Wait for the server at a port whose folder holds its pid and log; $3... goes in front of curl.
wait_until_ready() {
  local port=$1 folder=$2
  shift 2
  for _ in $(seq 600); do
    "$@" curl -fs -m 2 -o /dev/null "http://127.0.0.1:$port/v1/.well-known/ready" && return
    kill -0 "$(cat "$folder/pid")" 2>/dev/null || break
    sleep 0.2
  done
  echo "Weaviate did not start; the end of $folder/log:" >&2
  tail -5 "$folder/log" >&2
  exit 1
}

stop() { end TERM "$data"; }

# Send the process whose pid a folder holds a signal, and wait for its end.
end() {
  local pid
  pid=$(cat "$2/pid")
  kill -s "$1" "$pid" || true
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm "$2/pid"
}

port_of() { echo $((cluster + 10 * $1)); }

# Enter the cluster's namespace; whoever is not root made it with a user namespace around it.
inside() {
  local own_user=()
  [ "$(id -u)" = 0 ] || own_user=(--user --preserve-credentials)
  nsenter --target "$(cat "$data/namespace/pid")" "${own_user[@]}" --net -- "$@"
}

make_namespace() {
  if kill -0 "$(cat "$data/namespace/pid" 2>/dev/null)" 2>/dev/null; then return; fi
  local own_user=()
  [ "$(id -u)" = 0 ] || own_user=(--map-root-user)
  mkdir -p "$data/namespace"
  rm -f "$data/namespace/pid"
  # shellcheck disable=SC2016 - the inner shell expands
  unshare "${own_user[@]}" --net -- sh -c 'ip link set lo up && echo $$ >"$1" && exec sleep infinity' sh "$data/namespace/pid" \
    >>"$data/namespace/log" 2>&1 </dev/null &
  for _ in $(seq 50); do
    [ -s "$data/namespace/pid" ] && return
    kill -0 $! 2>/dev/null || break
    sleep 0.1
  done
  echo "A network namespace could not be made: $(tail -1 "$data/namespace/log")" >&2
  exit 1
}

run_node() {
  local first n raft="" gossip=""
  first=$(port_of "$1")
  for n in $nodes; do
    gossip+=${gossip:+,}127.0.0.1:$(($(port_of "$n") + 2))
    raft+=${raft:+,}node$n:$(($(port_of "$n") + 4))
  done
  common_settings
  export PERSISTENCE_DATA_PATH=$data/node$1 GRPC_PORT=$((first + 1)) CLUSTER_HOSTNAME=node$1 CLUSTER_JOIN=$gossip
  export CLUSTER_GOSSIP_BIND_PORT=$((first + 2)) CLUSTER_DATA_BIND_PORT=$((first + 3))
  export RAFT_PORT=$((first + 4)) RAFT_INTERNAL_RPC_PORT=$((first + 5)) RAFT_JOIN=$raft RAFT_BOOTSTRAP_EXPECT=3
  exec nsenter --target "$(cat "$data/namespace/pid")" $([ "$(id -u)" = 0 ] || echo --user --preserve-credentials) --net -- \
    "$bin" --scheme http --host 127.0.0.1 --port "$first"
}

start_node() {
  mkdir -p "$data/node$1"
  (run_node "$1") >>"$data/node$1/log" 2>&1 </dev/null &
  echo $! >"$data/node$1/pid"
}

cluster() {
  local n started
  case ${1:-} in
    start)
      started=${2:-$nodes}
      make_namespace
      for n in $started; do start_node "$n"; done
      for n in $started; do wait_until_ready "$(port_of "$n")" "$data/node$n" inside; done
      for n in $started; do echo "ready: node$n, http 127.0.0.1:$(port_of "$n"), grpc 127.0.0.1:$(($(port_of "$n") + 1))"; done
      ;;
    stop)
      for n in $nodes; do
        [ ! -f "$data/node$n/pid" ] || { kill -s CONT "$(cat "$data/node$n/pid")" 2>/dev/null || true; end "${STOP_SIGNAL:-TERM}" "$data/node$n"; }
      done
      [ ! -f "$data/namespace/pid" ] || end TERM "$data/namespace"
      ;;
    kill) end KILL "$data/node${2:?which node}" ;;
    freeze) kill -s STOP "$(cat "$data/node${2:?which node}/pid")" ;;
    thaw) kill -s CONT "$(cat "$data/node${2:?which node}/pid")" ;;
    status)
      for n in $nodes; do
        inside curl -fs -m 2 -o /dev/null "http://127.0.0.1:$(port_of "$n")/v1/.well-known/ready" && echo "node$n ready" || echo "node$n away"
      done
      ;;
    exec) shift && inside "$@" ;;
    *) usage ;;
  esac
}

usage() {
  sed -n '2,14s/^# //p' "$0" >&2
  exit 2
}

case ${1:-} in
  build | run | start | stop) "$1" ;;
  cluster) shift && cluster "$@" ;;
  *) usage ;;
esac
