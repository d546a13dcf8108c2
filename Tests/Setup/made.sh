# For scripts that make runs and hold them against each other; to be sourced.

# 99: an expectation was missed; 4: of one nobody can tell. Everything else is a failure.
made() {
  local code=0
  "$@" || code=$?
  case $code in
    0 | 4 | 99) ;;
    *) exit "$code" ;;
  esac
}

# 3: the live run left what was predicted. That is said, and is no failure of a script that compares.
compared() {
  local code=0
  "$@" || code=$?
  (( code == 0 || code == 3 )) || exit "$code"
}
