#!/bin/bash
# Installs the Debian packages seatrial links or starts, and checks the Swift toolchain.
# Idempotent, and quick when nothing is missing: one question to dpkg, one to swift.
# Without root it changes nothing and prints the one command that would.
set -euo pipefail

# The libraries are linked; redis-server need not run. haproxy stands before a fleet and checks the
# configuration that a plan writes; iproute2 makes the network that a real CLI is alone in.
packages=(libjemalloc-dev libyaml-dev libhiredis-dev libhttp-parser-dev redis-server haproxy iproute2
  pkg-config)
# The comparison with the real CLI and the SDK's conversations are in Python, the SDK in a venv. Any
# Python with both will do, Debian's is installed where there is none.
if ! python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  packages+=(python3 python3-venv)
fi
least_swift="6.2"  # Package.swift's tools version

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    if [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]]; then
      echo "$package"
    fi
  done
}

if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is no Debian system; install the equivalents of: ${packages[*]}" >&2
else
  mapfile -t missing < <(missing_packages)
  if (( ${#missing[@]} > 0 )); then
    if (( EUID != 0 )); then
      echo "setup: these packages are missing and only root can install them. Run:" >&2
      echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
      exit 1
    fi
    echo "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # Installing redis-server and haproxy would start their services, which nothing here needs: 101
    # means "do not".
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod +x "$policy"
      trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
  fi
fi

if ! command -v swift >/dev/null; then
  echo "setup: no swift in PATH. Install a Swift $least_swift or newer toolchain and put its" >&2
  echo "  usr/bin first in PATH, then repeat." >&2
  exit 1
fi
version="$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)"
if [[ -z "$version" || "$(printf '%s\n' "$least_swift" "$version" | sort -V | head -n 1)" != "$least_swift" ]]; then
  echo "setup: found Swift ${version:-of unknown version}, but $least_swift or newer is needed." >&2
  exit 1
fi
