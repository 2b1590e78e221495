#!/usr/bin/env bash
# Builds everything, publishes the native binary, installs what the tests need (by apt, where it may) and runs all tests.
# Usage: ./test.sh [--soak]     --soak runs the long variants of the fault tests as well.
set -euo pipefail
cd "$(dirname "$0")"

for argument in "$@"; do
  case "$argument" in
    --soak) export STENO_SOAK=1 ;;
    *) echo "usage: ./test.sh [--soak]" >&2; exit 2 ;;
  esac
done

if ! command -v dotnet >/dev/null; then
  echo "test.sh: the .NET 10 SDK is not installed (no 'dotnet' on the path)." >&2
  exit 1
fi

# What tests use as peers and tools. One that stays missing makes its tests skip, and they say so.
missing=()
/usr/bin/python3 -c 'import zmq' 2>/dev/null || missing+=(python3-zmq)
command -v strace >/dev/null || missing+=(strace)
command -v zstd >/dev/null || missing+=(zstd)                # an independent reader of segments
command -v tmux >/dev/null || missing+=(tmux)
command -v zsh >/dev/null || missing+=(zsh)                  # completion, in the shell itself
command -v fish >/dev/null || missing+=(fish)
[ -x /usr/sbin/mkfs.ext4 ] || missing+=(e2fsprogs)            # volumes whose power is cut
[ -x /usr/sbin/mkfs.xfs ] || missing+=(xfsprogs)
command -v cc >/dev/null || missing+=(gcc libc6-dev)          # links the native binary
[ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)           # so does this
[ -e /usr/include/zmq.h ] || missing+=(libzmq3-dev)           # the benchmark's bare subscriber
if [ ${#missing[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
  else
    echo "test.sh: not installed, and tests that need them are skipped: ${missing[*]}" >&2
  fi
fi

dotnet restore Steno.slnx
dotnet build Steno.slnx -c Release --no-restore

results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"
status=0
run() { dotnet test -c Release --no-build --results-directory "$results" --report-xunit-trx "$@"; }

# Sweeps and simulation only compute: with low priority they take what the others, which measure time or have peers and
# deadlines, leave of the processors. They make and throw away recorders with their buffers: room for more of them between two
# collections saves a sixth of the time.
(renice -n 10 $BASHPID; export DOTNET_GCgen0size=0x8000000; run --project tests/Steno.Tests --filter-trait Kind=Sweep) >"$results/sweeps.log" 2>&1 &
sweeps=$!
# Style and analyzers the build itself has enforced; the whole of `dotnet format` asks them all a second time, for two minutes.
dotnet format whitespace Steno.slnx --verify-no-changes --no-restore || status=$?
dotnet publish src/Steno -c Release --no-restore -o artifacts/native || { wait $sweeps; exit 1; }
export STENO_BINARY="$PWD/artifacts/native/steno"
run --project tests/Steno.EndToEnd || status=$?
run --project tests/Steno.Tests --filter-not-trait Kind=Sweep || status=$?
wait $sweeps || { status=$?; cat "$results/sweeps.log"; }

# Counted from the results. Nothing found is a failure too: tests that did not run have not passed.
count() { cat "$results"/*.trx 2>/dev/null | grep -o "<Counters[^>]*" | grep -o "\b$1=\"[0-9]*\"" | grep -o '[0-9]*' | awk "{ n += \$1 } END { print n + 0 }"; }
passed=$(count passed); failed=$(count failed); skipped=$(count notExecuted)
if [ "${passed:-0}" = 0 ] && [ $status = 0 ]; then status=1; fi
echo
echo "${passed:-0} passed, ${failed:-0} failed, ${skipped:-0} skipped"
exit $status
