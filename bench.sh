#!/usr/bin/env bash
# Measures: publishes the native binary (unless STENO_BINARY names one) and runs the benchmark on it.
# Usage: ./bench.sh [--quick] [ROW…]     ./bench.sh --help lists rows and options.
set -euo pipefail
cd "$(dirname "$0")"

if [ -z "${STENO_BINARY:-}" ]; then
  dotnet publish src/Steno -c Release -o artifacts/native >&2
  export STENO_BINARY="$PWD/artifacts/native/steno"
fi
exec dotnet run --project bench/Steno.Benchmarks -c Release -- "$@"
