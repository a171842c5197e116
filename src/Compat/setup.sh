#!/bin/sh
# Installs what the local tensor backend needs on Debian and its kin: libtorch, OpenBLAS, a C++ compiler, CMake.
# Does nothing when all of it is there; says exactly what to install when it may not install it itself.
set -eu

packages="libtorch-dev libopenblas0-pthread g++ cmake make"

if [ -n "${LIBTORCH:-}" ]; then
    packages="g++ cmake make"   # another libtorch was named: only the tools to build against it
fi

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "setup: this is not a Debian-like system. Install a C++17 compiler, CMake 3.18+ and OpenBLAS, unpack a" >&2
    echo "setup: libtorch, and set LIBTORCH to its folder; or build with -p:Packages=nuget." >&2
    exit 0
fi

missing=""
for package in $packages; do
    case "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)" in
        "install ok installed") ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo"
    else
        echo "setup: please install the missing packages, then try again:" >&2
        echo "    sudo apt-get install -y --no-install-recommends$missing" >&2
        exit 1
    fi
fi

echo "setup: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 -- the list is meant to be split
{ $as_root apt-get update && $as_root apt-get install -y --no-install-recommends $missing; } >&2 || {
    echo "setup: apt-get failed. Install these packages by hand, then try again:$missing" >&2
    exit 1
}
