#!/usr/bin/env bash
# Makes .venv and installs the switch and its libraries into it; does nothing when that is done already.
#
#   tools/setup.sh                      what running the switch needs
#   tools/setup.sh test style peers     and these extras of pyproject.toml
#
# Needs python3 (3.11 or newer) and nothing else: where Python came without its venv module, as Debian
# ships it, the missing package is installed with apt-get. No compiler is needed: every library that is
# not plain Python comes as a ready-made wheel.
# PYTHON=/path/to/python3.12 in the environment chooses the Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

ROOT="$(pwd -P)"
readonly ROOT
readonly VENV=.venv
readonly LEAST_MINOR=11 # asyncio.TaskGroup, asyncio.timeout and datetime.UTC came with Python 3.11.
# A dependency of num2words, one plain Python file, that was never published as a wheel.
readonly SOURCE_ONLY=docopt

# shellcheck source=tools/debian.sh
. tools/debian.sh

# The first Python on the path that is new enough: its full name.
find_python() {
    local name
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$name" -c "import sys; sys.exit(sys.version_info < (3, $LEAST_MINOR))" 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    give_up "Python 3.$LEAST_MINOR or newer is needed and ${PYTHON:-python3} is" \
        "$("${PYTHON:-python3}" --version 2>/dev/null || echo 'not there'):" \
        "install one, then type 'PYTHON=/path/to/it make' and the verb again."
}

stamp() { printf '%s' "$VENV/.ready-${1:-run}"; }

# What an installation depends on; written down once it has succeeded. The place and the version are
# part of it because a virtual environment can neither be moved nor outlive its Python.
fingerprint() {
    { printf '%s\n' "$ROOT" "$1" && "$VENV/bin/python" --version && cat pyproject.toml tools/setup.sh; } 2>&1 | cksum
}

is_ready() {
    [[ -f $(stamp "$1") && $(<"$(stamp "$1")") == "$(fingerprint "$1")" ]]
}

# Debian and Ubuntu cut the venv module's pip off into a package of its own.
install_venv_module() {
    local python=$1
    install_packages "Python's venv module is missing" make \
        "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
}

# Whether there is an environment that was made here (its programs name their place) and has a pip.
has_environment() {
    grep -qsF "$ROOT/$VENV/bin/" "$VENV/bin/pip" && "$VENV/bin/python" -m pip --version >/dev/null 2>&1
}

make_environment() {
    local python
    has_environment && return
    python="$(find_python)"
    say "Making a Python environment in $VENV ($("$python" --version)) ..."
    if command -v uv >/dev/null; then
        rm -rf "$VENV" # uv has no option for this that all its versions know
        uv venv --quiet --seed --python "$python" "$VENV"
        return
    fi
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_venv_module "$python"
    "$python" -m venv --clear "$VENV" || give_up "The Python environment could not be made: the lines above say why."
}

# Install the project, editable, with the extras. Names each library as it is fetched.
install_project() {
    local project=$1 line
    if command -v uv >/dev/null; then
        uv pip install --python "$VENV/bin/python" --only-binary :all: --no-binary "$SOURCE_ONLY" --editable "$project"
        return
    fi
    # -W: older pips announce changes to the option names used here; nobody who reads this can act on it.
    "$VENV/bin/python" -W ignore -m pip install --disable-pip-version-check --no-input --progress-bar off --use-pep517 \
        --only-binary=:all: --no-binary="$SOURCE_ONLY" --editable "$project" |
        while IFS= read -r line; do
            case $line in
            "Collecting "*)
                line=${line#Collecting }
                say "  fetching ${line%%[ <>=!~;]*}"
                ;;
            "Installing collected"*) say "  unpacking" ;;
            esac
        done
}

main() {
    local extras
    extras="$(printf '%s\n' "$@" | sort -u | paste -sd, -)" # one stamp whatever the order
    is_ready "$extras" && return
    make_environment
    say "Installing the libraries; the first time takes a minute or two ..."
    install_project ".${extras:+[$extras]}" ||
        give_up "The libraries could not be installed: the lines above say why. Once that is mended, type make again."
    fingerprint "$extras" >"$(stamp "$extras")"
    fingerprint "" >"$(stamp "")" # whoever has the extras has what running needs, too
    say "Ready."
}

main "$@"
