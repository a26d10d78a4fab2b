#!/usr/bin/env bash
# Times whole runs of flags against curl, over and over, and prints a table of medians.
#
#   tests/speed.sh                          against `flags serve`, with and without a delay
#   tests/speed.sh URL [CACERT]             against the flags below a base URL
#
# It needs hyperfine and curl, and asserts nothing: what is fast depends on the machine. RUNS=30 sets how often
# each command is run.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in hyperfine curl; do
  command -v "$tool" >/dev/null || { echo "speed.sh: $tool is not installed" >&2; exit 1; }
done
cargo build --release --locked --quiet
flags=$PWD/target/release/flags
runs=${RUNS:-30}
work=$(mktemp -d)
servers=()
trap 'for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"' EXIT
mkdir "$work/curl" "$work/flags"

pop20="BD BR CD CN DE EG ET FR ID IN IR JP MX NG PH PK RU TR US VN"
all=$("$flags" --all --quiet --json --server local --dest "$work/flags" | sed -n 's/.*"code": "\(..\)".*/\1/p')

# serve OPTION...: starts an origin, and leaves its base URL in $url.
serve() {
  local line=$work/serve.$#
  "$flags" serve --port 0 "$@" >"$line" &
  servers+=($!)
  until [ -s "$line" ]; do sleep 0.05; done
  url=$(head -n 1 "$line")
}

# config URL CODE...: what curl is to fetch, and where to, as a file of options.
config() {
  local base=$1 code lower
  shift
  for code in "$@"; do
    lower=$(tr '[:upper:]' '[:lower:]' <<<"$code")
    printf 'url = "%s/%s/%s.gif"\noutput = "%s/curl/%s.gif"\n' "$base" "$lower" "$lower" "$work" "$code"
  done
}

# row NAME FLAGS-COMMAND CURL-COMMAND [OPTION...]: times the two, and prints a line of the table.
row() {
  hyperfine -N --style none --warmup 3 --runs "$runs" --export-csv "$work/times.csv" "${@:2}" >"$work/log" 2>&1 \
    || { cat "$work/log" >&2; exit 1; }
  awk -F, -v name="$1" 'NR > 1 { median[NR] = $(NF - 4) * 1000 }
    END { printf "| %s | %.1f ms | %.1f ms | %.2f |\n", name, median[2], median[3], median[2] / median[3] }' \
    "$work/times.csv"
}

cacert=${2:+--cacert $2}
if [ $# -gt 0 ]; then url=$1; else serve; fi
# shellcheck disable=SC2086 # lists of codes are meant to be split
{ config "$url" $pop20 >"$work/20"; config "$url" $all >"$work/194"; }
to="--server $url --dest $work/flags $cacert"

echo "| work | flags | curl | ratio |"
echo "|---|---|---|---|"
row "20 flags, threads; curl -Z" "$flags $to" "curl -sf $cacert -Z --parallel-max 20 -K $work/20"
row "194 flags, threads, 30 jobs; curl -Z" "$flags $to --all --jobs 30" "curl -sf $cacert -Z --parallel-max 30 -K $work/194"
row "20 flags, seq; curl" "$flags $to --mode seq" "curl -sf $cacert -K $work/20"
# Above, each run finds the files of the one before; curl writes them anew, and flags sees that they are right.
# To have an empty folder, the full one is moved away: where files were deleted, ext4 is slow to make others.
empty="bash -c 'old=\$(mktemp -d -p $work) && for full in $work/flags $work/curl; do [ ! -e \$full ] || mv \$full \$old; done'"
row "20 flags, threads, into an empty folder; curl -Z" "$flags $to" \
  "curl -sf $cacert -Z --parallel-max 20 --create-dirs -K $work/20" --prepare "$empty"
row "194 flags, threads, 30 jobs, into an empty folder; curl -Z" "$flags $to --all --jobs 30" \
  "curl -sf $cacert -Z --parallel-max 30 --create-dirs -K $work/194" --prepare "$empty"
mkdir -p "$work/curl"
[ $# -gt 0 ] && exit

serve --delay 100ms
# shellcheck disable=SC2086
config "$url" $pop20 >"$work/20"
for mode in threads rayon async; do
  row "20 flags, each 100 ms late, $mode; curl -Z" "$flags --server $url --dest $work/flags --mode $mode" \
    "curl -sf -Z --parallel-max 20 -K $work/20"
done
