#!/usr/bin/env bash
# Runs one program for supervisord, which starts this file: PROGRAM.py [--may-end]
# --may-end: exit code 0 means that there is nothing to do for it; without a word from us supervisord would start it again.
# Exit code 2 means that the configuration or the database can't be used: starting again would not help, so all stops,
# with the program's own line as the last word.
told="" program=""
trap 'told=1; [ -z "$program" ] || kill -TERM "$program" 2>/dev/null' TERM INT
"$RUN_PYTHON" "$1" --config "$RUN_CONFIG" &
program=$!
[ -z "$told" ] || kill -TERM "$program" 2>/dev/null # told to stop in the moment of the start
while
    wait "$program"
    code=$?
    kill -0 "$program" 2>/dev/null # a signal ends wait early
do :; done

if [ "$code" = 0 ] && [ "${2:-}" = --may-end ] && [ -z "$told" ]; then
    sleep infinity &
    trap 'kill $!; exit 0' TERM INT
    [ -z "$told" ] || kill -TERM $$ # told to stop just before
    wait
fi
if [ "$code" = 2 ]; then
    touch "$RUN_FOLDER/unusable"
    sleep 10 & # supervisord would start us again; it ends us first
    trap 'kill $!; exit 2' TERM
    kill -TERM "$PPID"
    wait
fi
exit "$code"
