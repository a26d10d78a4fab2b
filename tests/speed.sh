#!/usr/bin/env bash
# Compares whole runs of flags with whole runs of curl, and prints a table of median times.
#
#   tests/speed.sh                  against `flags serve`, without and with a delay
#   tests/speed.sh URL [CACERT]     against the flags below a base URL
#
# The programs alternate: flags, curl, flags, curl, ... A ratio is the median of the ratios of these
# pairs, so that a change in the load of the machine affects both programs alike. RUNS sets the
# number of pairs, 30 by default. Needs bash 5 and curl. It asserts nothing, because times depend on
# the machine.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  echo "speed.sh: $1" >&2
  exit 1
}
((BASH_VERSINFO[0] >= 5)) || die "bash 5 is needed"
command -v curl >/dev/null || die "curl is needed"

cargo build --release --locked --quiet
flags=$PWD/target/release/flags
runs=${RUNS:-30}
# Files in memory: a disk would add its own variation.
if [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi
work=$(mktemp -d)
servers=()
stop() {
  if ((${#servers[@]})); then kill "${servers[@]}"; fi
  rm -rf "$work"
}
trap stop EXIT

# serve OPTION...: starts a server and sets $url to its base URL.
serve() {
  local output
  exec {output}< <(exec "$flags" serve --port 0 "$@")
  servers+=($!)
  read -r url <&"$output" || die "the server did not start"
}

# empty_folders: makes the folders that both programs save to empty.
empty_folders() {
  rm -rf "$work/flags" "$work/curl"
  mkdir "$work/flags" "$work/curl"
}

# write_config FILE CODE...: makes a file of options for curl, to download these flags from $url.
write_config() {
  local file=$1 code
  shift
  for code in "$@"; do
    printf 'url = "%s"\noutput = "%s"\n' \
      "$url/${code,,}/${code,,}.gif" "$work/curl/$code.gif"
  done >"$file"
}

# measure COMMAND...: runs it and sets $elapsed to its time in microseconds.
measure() {
  local start=${EPOCHREALTIME/[.,]/}
  if ! "$@" >"$work/output" 2>&1; then
    cat "$work/output" >&2
    die "this command failed: $*"
  fi
  elapsed=$((${EPOCHREALTIME/[.,]/} - start))
}

median() {
  printf '%s\n' "$@" | sort -n | head -n $((($# + 1) / 2)) | tail -n 1
}

milliseconds() {
  printf '%d.%d ms' $(($1 / 1000)) $(($1 % 1000 / 100))
}

# row NAME FOLDERS FLAGS-OPTION... -- CURL-OPTION...: measures pairs and prints a line of the table.
# If FOLDERS is `empty`, each run downloads into an empty folder.
row() {
  local name=$1 folders=$2 pair flags_run curl_run flags_times=() curl_times=() ratios=()
  shift 2
  flags_run=("$flags" --server "$url" --dest "$work/flags" "${flags_trust[@]}")
  while [ "$1" != -- ]; do
    flags_run+=("$1")
    shift
  done
  curl_run=(curl --silent --show-error --fail "${curl_trust[@]}" "${@:2}")
  # The pairs below 0 warm up.
  for ((pair = -3; pair < runs; pair++)); do
    if [ "$folders" = empty ]; then empty_folders; fi
    measure "${flags_run[@]}"
    flags_times[pair + 3]=$elapsed
    measure "${curl_run[@]}"
    curl_times[pair + 3]=$elapsed
    ratios[pair + 3]=$((flags_times[pair + 3] * 1000 / elapsed))
  done
  local ratio
  ratio=$(median "${ratios[@]:3}")
  printf '| %s | %s | %s | %d.%02d |\n' "$name" \
    "$(milliseconds "$(median "${flags_times[@]:3}")")" \
    "$(milliseconds "$(median "${curl_times[@]:3}")")" $((ratio / 1000)) $((ratio % 1000 / 10))
}

flags_trust=()
curl_trust=()
if [ $# -gt 1 ]; then
  flags_trust=(--cacert "$2")
  curl_trust=(--cacert "$2")
fi
empty_folders
read -r -a twenty < <("$flags" --server local --dest "$work/flags" --order input)
read -r -a all < <("$flags" --all --server local --dest "$work/flags" --order input)
if [ $# -gt 0 ]; then url=$1; else serve; fi
write_config "$work/20" "${twenty[@]}"
write_config "$work/194" "${all[@]}"
parallel_20=(--parallel --parallel-max 20 --config "$work/20")
parallel_194=(--parallel --parallel-max 30 --config "$work/194")

echo "| work | flags | curl | ratio |"
echo "|---|---|---|---|"
row "20 flags, threads; curl -Z" empty -- "${parallel_20[@]}"
row "194 flags, threads, 30 jobs; curl -Z" empty --all --jobs 30 -- "${parallel_194[@]}"
row "20 flags, seq; curl" empty --mode seq -- --config "$work/20"
# From here on the files exist: curl writes them again, flags finds them identical.
row "20 flags again, threads; curl -Z" kept -- "${parallel_20[@]}"
row "194 flags again, threads, 30 jobs; curl -Z" kept --all --jobs 30 -- "${parallel_194[@]}"
if [ $# -gt 0 ]; then exit; fi

serve --delay 100ms
write_config "$work/20" "${twenty[@]}"
for mode in threads rayon async; do
  row "20 flags, 100 ms delay, $mode; curl -Z" empty --mode "$mode" -- "${parallel_20[@]}"
done
