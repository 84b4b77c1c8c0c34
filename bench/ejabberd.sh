#!/bin/sh
# Compares one core of Tresen with one core of ejabberd: bench/ejabberd.sh [SECONDS [ROUNDS]]
#
# Both servers run on CPU 0 with TLS, the load generators on CPU 1, messages of 400 bytes, 50 pairs.
# ejabberd runs twice: as it comes (online messages in memory only), and with its archive and its
# offline messages in PostgreSQL, which syncs at each commit as Tresen does. Each run starts a fresh
# server, so that none profits from another; the servers take turns, and the table shows medians.
#
# Needs Debian (ejabberd, erlang-p1-pgsql and PostgreSQL are installed with apt-get when they are
# missing), two cores, and root for the installation.
set -eu

seconds=${1:-8}
rounds=${2:-3}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."

if ! test -e /usr/sbin/ejabberdctl || ! test -d /usr/share/doc/erlang-p1-pgsql; then
  apt-get install -y --no-install-recommends ejabberd erlang-p1-pgsql postgresql openssl
fi
postgres=$(dirname "$(ls /usr/lib/postgresql/*/bin/postgres | tail -1)")

cargo build --release -q -p tresen
cargo build --release -q -p tresen --example xmpp
tresen=target/release/tresen
xmpp=target/release/examples/xmpp

folder=$(mktemp -d)
chmod 755 "$folder"
server=
database=
end() {
  test -z "$server" || kill "$server" 2>/dev/null || true
  test -z "$database" || kill -INT "$database" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap end EXIT INT TERM

# A root and a certificate of it: a client doesn't take a root as a server's certificate.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=root \
  -keyout "$folder/root.key" -out "$folder/root.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
  -keyout "$folder/key.pem" -out "$folder/request.pem" 2>/dev/null
printf 'subjectAltName=DNS:localhost\n' >"$folder/names"
openssl x509 -req -in "$folder/request.pem" -CA "$folder/root.pem" -CAkey "$folder/root.key" \
  -CAcreateserial -days 2 -extfile "$folder/names" -out "$folder/certificate.pem" 2>/dev/null
cat "$folder/certificate.pem" "$folder/key.pem" >"$folder/certificate-and-key.pem"

# Waits until something listens on a port of this machine.
until_listening() {
  for _attempt in $(seq 300); do
    if grep -q "$(printf '0100007F:%04X 00000000:0000 0A' "$1")" /proc/net/tcp; then return; fi
    sleep 0.2
  done
  echo "nothing listens on port $1" >&2
  exit 1
}

start_postgres() {
  rm -rf "$folder/database"
  install -d -o postgres -m 700 "$folder/database"
  run_as_postgres "$postgres/initdb" -D "$folder/database" --no-sync >/dev/null
  # exec through all of it: the process is the server's own.
  (cd / && exec setpriv --reuid postgres --regid postgres --clear-groups taskset -c 0 \
    "$postgres/postgres" -D "$folder/database" -p 5433 -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories="$folder/database" -c shared_buffers=512MB) \
    >"$folder/postgres.log" 2>&1 &
  database=$!
  until_listening 5433
  for _attempt in $(seq 50); do
    if sql -d postgres -c "CREATE ROLE ejabberd LOGIN PASSWORD 'ejabberd'" 2>/dev/null; then break; fi
    sleep 0.2
  done
  sql -d postgres -c 'CREATE DATABASE ejabberd OWNER ejabberd'
  PGPASSWORD=ejabberd "$postgres/psql" -q -h 127.0.0.1 -p 5433 -U ejabberd -d ejabberd \
    -f /usr/share/ejabberd/sql/pg.sql >/dev/null
}

run_as_postgres() {
  (cd / && exec setpriv --reuid postgres --regid postgres --clear-groups "$@")
}

sql() {
  run_as_postgres "$postgres/psql" -q -h "$folder/database" -p 5433 "$@"
}

start_ejabberd() { # plain | sql
  rm -rf "$folder/spool"
  mkdir -p "$folder/spool"
  marks='/#SQL/d'
  if test "$1" = sql; then
    start_postgres
    marks='s/#SQL //;s/SQLPORT/5433/'
  fi
  sed "s|FOLDER|$folder|;$marks" "$here/ejabberd.yml" >"$folder/ejabberd.yml"
  export ERL_LIBS=/usr/lib/x86_64-linux-gnu EJABBERD_CONFIG_PATH="$folder/ejabberd.yml"
  export EJABBERD_LOG_PATH="$folder/ejabberd.log" ERL_MAX_PORTS=100000
  # Busy waiting of Erlang's schedulers off: it would count as CPU of the server.
  (exec taskset -c 0 erl -noinput +K true +P 250000 +sbwt none +sbwtdcpu none +sbwtdio none \
    -mnesia dir "\"$folder/spool\"" -s ejabberd) >"$folder/erl.log" 2>&1 &
  server=$!
  until_listening 5223
}

stop_servers() {
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
  if test -n "$database"; then
    kill -INT "$database"
    wait "$database" 2>/dev/null || true
    database=
  fi
}

ejabberd() { # plain | sql, then the generator's arguments
  start_ejabberd "$1"
  shift
  taskset -c 1 "$xmpp" "$@" --certificate "$folder/root.pem" --pids "$server${database:+,$database}"
  stop_servers
}

# Prints a field of a report.
field() {
  sed -n "s/.*\"$1\":\\([0-9.]*\\).*/\\1/p"
}

# The median of the numbers in a file.
median() {
  sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

note() { # name, field: reads a report from standard input
  tee -a "$folder/reports" | field "$2" >>"$folder/$1"
}

rate=delivered_per_server_cpu_second
for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  for window in 1 10; do
    $tresen bench messages --pairs 50 --window $window --seconds "$seconds" | tail -1 |
      note "tresen-$window" $rate
    $tresen bench messages --pairs 50 --window $window --seconds "$seconds" --receipts | tail -1 |
      note "tresen-$window-receipts" $rate
    for kind in plain sql; do
      ejabberd $kind pairs --window $window --seconds "$seconds" | note "$kind-$window" $rate
      ejabberd $kind pairs --window $window --seconds "$seconds" --receipts |
        note "$kind-$window-receipts" $rate
    done
  done
  $tresen bench offline --pairs 50 --window 4 | tail -1 |
    note tresen-offline accepted_per_server_cpu_second
  for kind in plain sql; do
    ejabberd $kind offline --users 200 --messages 50 |
      note "$kind-offline" accepted_per_server_cpu_second
  done
  $tresen bench idle --connections 2000 | tail -1 >"$folder/idle"
  note tresen-idle server_kib_per_connection_after_traffic <"$folder/idle"
  note tresen-logins logins_per_server_cpu_second <"$folder/idle"
  ejabberd plain idle --users 2000 >"$folder/idle"
  note plain-idle server_kib_per_connection <"$folder/idle"
  note plain-logins logins_per_server_cpu_second <"$folder/idle"
done

row() { # what, name, digits
  ours=$(median "$folder/tresen-$2")
  plain=$(median "$folder/plain-$2")
  durable=none
  if test -e "$folder/sql-$2"; then durable=$(median "$folder/sql-$2"); fi
  awk -v what="$1" -v ours="$ours" -v plain="$plain" -v durable="$durable" -v digits="$3" 'BEGIN {
    form = "%." digits "f"
    line = "| " what " | " sprintf(form, ours) " | " sprintf(form, plain) " | "
    line = line sprintf("%.1f", ours / plain) " | "
    if (durable == "none") line = line "| |"
    else line = line sprintf(form, durable) " | " sprintf("%.1f", ours / durable) " |"
    print line
  }'
}

cat "$folder/reports" >&2
cat <<TABLE
| | Tresen | ejabberd | ratio | ejabberd, PostgreSQL | ratio |
|---|---|---|---|---|---|
TABLE
row 'delivered per CPU-second, 1 outstanding' 1 0
row 'the same with receipts' 1-receipts 0
row 'delivered per CPU-second, 10 outstanding' 10 0
row 'the same with receipts' 10-receipts 0
row 'accepted for users who are away, per CPU-second' offline 0
row 'logins per CPU-second' logins 0
row 'KiB for an idle connection' idle 1
