#!/usr/bin/env bash
# Installs the phones we did not write, which the tests under tests/peers call: SIPp, baresip, Linphone and
# Kamailio, which plays a provider, from Debian, pjsua2 and pyVoIP from PyPI into .venv. Does nothing that is
# done already; asks nothing.
#
#   tools/install_peers.sh
#
# Needs apt-get and root (or a sudo that asks no password) for what is missing of the Debian packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly PYTHON=.venv/bin/python
# Kamailio is among the programs of administrators.
export PATH="$PATH:/usr/sbin:/sbin"
# program=package
# ip makes the networks in which a phone stands behind a NAT.
readonly PROGRAMS=(sipp=sip-tester baresip=baresip-core linphonec=linphone-cli
    svwar=sipvicious ip=iproute2 kamailio=kamailio)
# module=requirement; the same versions as the extra "peers" in pyproject.toml
readonly MODULES=("pjsua2=pjsua2-python>=2.15,<3" "pyVoIP=pyVoIP==1.6.8")

# shellcheck source=tools/debian.sh
. tools/debian.sh

install_programs() {
    local pair packages=()
    for pair in "${PROGRAMS[@]}"; do
        command -v "${pair%%=*}" >/dev/null || packages+=("${pair#*=}")
    done
    # setcap, see allow_raw_sockets.
    [[ $(id -u) == 0 || -x /sbin/setcap ]] || packages+=(libcap2-bin)
    [[ ${#packages[@]} == 0 ]] || install_packages "Phones are missing" "tools/install_peers.sh" "${packages[@]}"
}

# SIPp replays captures through a raw socket, which Linux gives to root, or to a program marked for it.
# SIPp is copied into .peers/bin first: the tests look there before the system, and the mark of the
# system's own file stays as it was.
allow_raw_sockets() {
    local sipp setcap
    [[ $(id -u) == 0 ]] && return
    [[ -n $(getcap .peers/bin/sipp 2>/dev/null || /sbin/getcap .peers/bin/sipp 2>/dev/null) ]] && return
    sipp="$(command -v sipp)"
    setcap="$(command -v setcap || echo /sbin/setcap)"
    mkdir -p .peers/bin
    cp "$sipp" .peers/bin/sipp
    as_root "$setcap" cap_net_raw+ep .peers/bin/sipp ||
        give_up "SIPp must be allowed to replay recorded keys: type 'sudo $setcap cap_net_raw+ep $PWD/.peers/bin/sipp'," \
            "or run the tests as root."
}

install_modules() {
    local pair requirements=()
    [[ -x $PYTHON ]] || give_up "There is no Python environment in .venv yet: run tools/setup.sh test first."
    for pair in "${MODULES[@]}"; do
        "$PYTHON" -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('${pair%%=*}') is None)" ||
            requirements+=("${pair#*=}")
    done
    [[ ${#requirements[@]} == 0 ]] && return
    say "Installing from PyPI: ${requirements[*]} ..."
    if command -v uv >/dev/null; then
        uv pip install --quiet --python "$PYTHON" --only-binary :all: "${requirements[@]}"
    else
        "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-input --only-binary=:all: "${requirements[@]}"
    fi || give_up "The libraries ${requirements[*]} could not be installed: the lines above say why."
}

check() {
    local pair
    for pair in "${PROGRAMS[@]}"; do
        command -v "${pair%%=*}" >/dev/null || give_up "${pair#*=} is installed, but its program ${pair%%=*} is not found."
    done
    for pair in "${MODULES[@]}"; do
        "$PYTHON" -c "import ${pair%%=*}" 2>/dev/null ||
            give_up "${pair#*=} is installed, but Python cannot load ${pair%%=*}: type '$PYTHON -c \"import ${pair%%=*}\"' to see why."
    done
}

install_programs
allow_raw_sockets
install_modules
check
say "The phones for the tests are here: SIPp, baresip, linphonec, Kamailio, pjsua2, pyVoIP."
