#!/usr/bin/env bash
# What the tests need of this machine beside .NET; read by test.sh and chaos.sh. What cannot be had each test says itself, as a failure.

install() {
  local root=()
  [[ $(id -u) -eq 0 ]] || root=(sudo)
  command -v apt-get > /dev/null && "${root[@]}" apt-get update -q && "${root[@]}" apt-get install -qy --no-install-recommends "$@"
}

# The tests start a server of their own.
need_postgres() {
  [[ -n ${PAWL_TEST_POSTGRES-} ]] || command -v initdb > /dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null \
    || install postgresql || true
  command -v pgbouncer > /dev/null || [[ -x /usr/sbin/pgbouncer ]] || install pgbouncer || true
}

# What injects faults: crashes at a disk call, a file system that is full.
need_faults() {
  need_postgres
  command -v strace > /dev/null || install strace || true
  command -v mount > /dev/null || install mount || true
}
