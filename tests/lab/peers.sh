#!/bin/bash
# quarterdeck beside its peers, on this machine, in one run: builds sofka and k9s where they are not built yet, fills a
# control plane with rows, drives each console in a terminal, prints a table.
# usage: peers.sh DIR [PODS…]       (DIR for the lab; 10000 and 50000 pods where none are named)
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$1
shift
pods=("${@:-10000}")
[ $# -gt 0 ] || pods=(10000 50000)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/quarterdeck
peers=$cache/peers sofka=0.34.0 k9s=v0.51.0
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
mkdir -p "$peers"

[ -x "$peers/bin/sofka" ] ||
  CARGO_TARGET_DIR=$peers/target cargo install sofka --version $sofka --locked --root "$peers"

if [ ! -x "$peers/bin/k9s" ]; then
  # its go.mod replaces modules, which `go install` refuses; so it is built from a copy of its folder
  source=$(go mod download -json github.com/derailed/k9s@$k9s | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  work=$(mktemp -d)
  cp -r "$source" "$work/k9s"
  chmod -R u+w "$work"
  (cd "$work/k9s" && CGO_ENABLED=0 go build -p 2 -mod=mod -trimpath -ldflags "-s -w -X github.com/derailed/k9s/cmd.version=$k9s" -o "$peers/bin/k9s" .)
  rm -rf "$work"
fi

cargo build --release --locked
tests/lab/lab.sh python bench
export PATH=$CARGO_TARGET_DIR/release:$peers/bin:$PATH
for count in "${pods[@]}"; do
  tests/lab/lab.sh load "$dir" 1000 "$count"
  KUBECONFIG=$dir/kube/kubeconfig "$cache/lab/venv-bench/bin/python" tests/lab/tui_bench.py --pods "$count" quarterdeck sofka k9s
done
tests/lab/lab.sh down "$dir"
