# Sourced by the other scripts of this folder: how they speak, become root, and install packages of Debian.

say() { printf '%s\n' "$*"; }

give_up() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Run a command as root: directly, or by sudo if that asks no password. Fails if neither works.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# install_packages WHAT AGAIN PACKAGE...: WHAT is missing; AGAIN is the command to type once it is installed.
install_packages() {
    local what=$1 again=$2 log
    shift 2
    command -v apt-get >/dev/null ||
        give_up "$what: install $* with the package tool of your system (Debian's names are given)," \
            "then type '$again' again."
    as_root true ||
        give_up "$what: type 'sudo apt-get install --no-install-recommends $*', then '$again' again."
    say "Installing from Debian: $* ..."
    log="$(mktemp)"
    # RUNLEVEL=1: no package starts a service of its own.
    if ! { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install --yes --no-install-recommends "$@"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        give_up "The packages $* could not be installed: the lines above say why."
    fi
    rm -f "$log"
}
