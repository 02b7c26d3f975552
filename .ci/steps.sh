# Sourced by .ci/run and .ci/verify: runs steps, names the one that failed, and keeps their times.
#
# Both append to the file $STEP_TIMES. The script that creates the file removes it and prints the summary.

if [ -z "${STEP_TIMES:-}" ]; then
  STEP_TIMES=$(mktemp)
  export STEP_TIMES
  prints_summary=yes
  trap 'rm -f "$STEP_TIMES"' EXIT
else
  prints_summary=no
fi

# step NAME COMMAND... runs a command, shows its output, and records its time. It exits when the command fails.
step() {
  local name=$1 from=$SECONDS
  shift
  printf '\n=== %s\n' "$name"
  set +e # not "if ! ( … )": a condition would turn off set -e inside it
  ( set -e; "$@" )
  local status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    printf '\n'
    printf 'FAILED: %s (after %d s)\n' "$name" $((SECONDS - from)) | tee -a "$STEP_TIMES"
    exit 1
  fi
  printf '%5d s  %s\n' $((SECONDS - from)) "$name" >>"$STEP_TIMES"
  printf -- '--- %s: %d s\n' "$name" $((SECONDS - from))
}

# summary prints the times of all steps, at the end of the script that was called first.
summary() {
  if [ "$prints_summary" = yes ]; then
    printf '\n=== times\n'
    cat "$STEP_TIMES"
    printf '%5d s  in all\n\nPASSED\n' "$SECONDS"
  fi
}
