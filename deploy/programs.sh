#!/usr/bin/env bash
# The four programs under supervisord, until Ctrl-C or SIGTERM: CONFIG [WORKERS]
# Run by ./run and by the demo. An upgrade finds it by its file in .upgrade/running, and sends SIGUSR1: the programs are
# stopped, and once the upgrade has ended ./run is started anew, as it then is. Exit code 2 when a program says that the configuration or the database can't be used.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export RUN_CONFIG=$1 RUN_WORKERS=${2:-1} RUN_PYTHON=$PWD/.venv/bin/python PYTHONUNBUFFERED=1
RUN_FOLDER=$(mktemp -d)
export RUN_FOLDER

as_root=()
[ "$(id -u)" = 0 ] && as_root=(-u 0) # else supervisord complains about being root

# Through a pipe, because /dev/fd/1 can't be opened again when it is a socket, and would be overwritten when it is a file.
mkfifo "$RUN_FOLDER/log"
(trap '' INT TERM HUP && exec cat <"$RUN_FOLDER/log") &
log=$!
told="" supervisor="" upgraded=""
trap 'told=1; [ -z "$supervisor" ] || kill -TERM "$supervisor" 2>/dev/null' TERM INT HUP
trap 'upgraded=1 told=1; [ -z "$supervisor" ] || kill -TERM "$supervisor" 2>/dev/null' USR1
running=.upgrade/running/$$
{ mkdir -p .upgrade/running && printf '%s\n' "$RUN_CONFIG" >"$running"; } 2>/dev/null || true # code that only root writes is no ./run's
"$RUN_PYTHON" -m supervisor.supervisord -c deploy/supervisord.conf "${as_root[@]}" >"$RUN_FOLDER/log" 2>&1 &
supervisor=$!
[ -z "$told" ] || kill -TERM "$supervisor" 2>/dev/null # told to stop in the moment of the start
while
    wait "$supervisor"
    code=$?
    kill -0 "$supervisor" 2>/dev/null # a signal ends wait early
do :; done

wait "$log"
[ -e "$RUN_FOLDER/unusable" ] && code=2
rm -rf "$RUN_FOLDER" "$running"
if [ -n "$upgraded" ]; then
    trap 'exit 0' TERM INT HUP
    at_work() { # the upgrade: its file names it until it has ended; one that was killed is no more
        local upgrade
        upgrade=$(cat .upgrade/at-work 2>/dev/null) && [ -n "$(ps -o pid= -p "$upgrade")" ]
    }
    while at_work; do sleep 0.2; done
    exec ./run --config "$RUN_CONFIG" --workers "$RUN_WORKERS"
fi
exit "$code"
