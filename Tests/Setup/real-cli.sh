#!/bin/bash
# Puts the real Copilot CLI into a folder below .build, unmodified and out of git, for comparisons.
# Usage: real-cli.sh [VERSION [FOLDER]]   1.0.57, the one that everything is measured on, or 1.0.64-0
#
# It comes out of the Python wheel of the official SDK, which carries it; the hashes below are those
# wheels'. Exit code 6, with the reason, where it cannot be had: a comparison that needs it must then
# say that it did not run, never that it passed.
set -euo pipefail

cd "$(dirname "$0")/../.."
version=${1:-1.0.57}
folder=${2:-.build/real-cli}

refuse() {
  echo "the real CLI cannot be had: $1" >&2
  exit 6
}

case $version in
  1.0.57)
    wheel='github-copilot-sdk==1.0.0'
    hash=sha256:bbd2c64fe37016c74620a02d778eaacbd526b4c3b668a3cdff019f831c752eee
    ;;
  1.0.64-0)
    wheel='github-copilot-sdk==1.0.2'
    hash=sha256:dd1faaaf896a7f97d9c36a1a40e968132e141019ce5a11c4666b089b7d6ea8cd
    ;;
  *) refuse "no wheel is known with version $version, but with 1.0.57 and with 1.0.64-0" ;;
esac

# --version unpacks the program's own files into HOME the first time (173 MB), so HOME is ours.
answer() {
  HOME=$PWD/.build/conformance-user COPILOT_OFFLINE=true "$1" --version 2>/dev/null || true
}

if [ -x "$folder/copilot" ] && [ "$(cat "$folder/checked" 2>/dev/null)" = "$version" ]; then
  exit 0
fi
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || refuse "it is built for Linux on x86_64"
command -v python3 >/dev/null || refuse "python3 is missing"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "fetching the real CLI $version (a wheel of 97 MB) into $folder"
echo "$wheel --hash=$hash" >"$work/requirements.txt"
# Debian's python3 has no pip of its own; a venv brings one.
python3 -m venv "$work/venv" >"$work/errors" 2>&1 \
  || refuse "python3 makes no venv (python3-venv): $(tail -n 1 "$work/errors")"
"$work/venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
  --platform manylinux_2_28_x86_64 --require-hashes -r "$work/requirements.txt" -d "$work" \
  2>"$work/errors" || refuse "$(tail -n 1 "$work/errors")"
python3 -m zipfile -e "$work"/*.whl "$work/wheel"
mkdir -p "$folder" .build/conformance-user
install -m 755 "$work/wheel/copilot/bin/copilot" "$folder/copilot"
case "$(answer "$folder/copilot")" in
*" $version."*) echo "$version" >"$folder/checked" ;;
*) refuse "the program does not say that it is version $version" ;;
esac
echo "the real CLI $version is $folder/copilot"
