#!/usr/bin/env bash
# Installs the PostgreSQL on which the tests of storage run beside SQLite: the server's programs alone, no
# cluster and no service. Does nothing when it is there; asks nothing.
#
#   tools/install_postgres.sh
#
# Needs apt-get and root (or a sudo that asks no password) where it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/debian.sh
. tools/debian.sh

has_postgres() {
    command -v pg_ctl >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/pg_ctl' >/dev/null
}

if ! has_postgres; then
    # Without this the package would make a cluster and start it.
    as_root mkdir -p /etc/postgresql-common 2>/dev/null &&
        as_root sh -c '[ -e /etc/postgresql-common/createcluster.conf ] ||
            echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf' || true
    install_packages "PostgreSQL is missing" "make databases" postgresql
    has_postgres || give_up "postgresql is installed, but its program pg_ctl is not found."
fi
