# Shared by the scripts: finds Python, makes the project's own environment, says what it installs.
# Sourced, not run. Everything lands in .venv and .cache inside the project.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="$ROOT/.venv"

say() { printf '%s\n' "$*" >&2; }

# A step that cannot run here: loud, and a failure where nothing may be skipped.
skip() {
    say "SKIPPED: $*"
    if [ "${CI:-}" = "true" ]; then
        say "CI=true: nothing may be skipped."
        exit 1
    fi
}

# checksum: of what comes in; macOS has shasum where Linux has sha256sum.
checksum() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d' ' -f1
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    say "This needs Python 3.11 or newer with its venv module."
    say "On Debian, Ubuntu or Raspberry Pi OS: sudo apt-get install python3-venv"
    exit 2
}

# environment run|dev: the hash-locked packages of requirements/NAME.txt and this project itself.
environment() {
    local list="$ROOT/requirements/$1.txt" stamp="$VENV/.installed-$1" wanted python
    wanted="$(cat "$list" "$ROOT/pyproject.toml" | checksum)"
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        python="$(find_python)" || exit 2
        say "Making an environment in .venv …"
        "$python" -m venv --clear "$VENV"
    fi
    say "Installing the packages of requirements/$1.txt into .venv (checked by their hashes) …"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$list" >&2
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable "$ROOT" >&2
    printf '%s' "$wanted" >"$stamp"
}

# debian COMMAND PACKAGE...: Debian's packages for a command that is missing, when we are root.
debian() {
    local command="$1"
    shift
    command -v "$command" >/dev/null 2>&1 && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing $* (Debian's packages) …"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"; } \
            >/dev/null 2>&1 || true
    fi
    command -v "$command" >/dev/null 2>&1
}

# The charts of the pages: declared in gateway/web/package.json, installed beside it.
page_files() {
    local folder="$ROOT/gateway/web" wanted
    wanted="$(checksum <"$folder/package-lock.json")"
    if [ "$(cat "$folder/node_modules/.installed" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    if ! debian npm nodejs npm; then
        skip "no npm: the pages show their charts as plain pictures, without zoom."
        return
    fi
    say "Installing the chart library of the pages (npm, by its lock file) …"
    if ! (cd "$folder" && npm ci --silent --no-audit --no-fund --ignore-scripts >&2); then
        skip "npm could not install the chart library: the charts are plain pictures, without zoom."
        return
    fi
    printf '%s' "$wanted" >"$folder/node_modules/.installed"
}

# What a virtual machine with real BlueZ is made with, and runs on (docs/bluez-vm.md).
virtual_machine() {
    debian qemu-system-x86_64 --no-install-recommends qemu-system-x86 &&
        debian debootstrap --no-install-recommends debootstrap busybox-static cpio xz-utils e2fsprogs
}

# A browser for the tests of the pages, under any of the names that it has.
browser() {
    local name
    for name in "${HEALTH_GATEWAY_TEST_BROWSER:-chromium}" chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    debian chromium chromium
}
