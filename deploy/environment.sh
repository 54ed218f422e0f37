# What run and test need before anything else: a virtual environment and a browser. Sourced from the project's folder.
#
# prepare_environment   makes or updates .venv with what the bot runs on (requirements.lock), and sets PYTHON to its interpreter
#                       first of all it has an upgrade that was interrupted end (./run --upgrade)
# prepare_environment dev          the same with what the demo world and the tests need besides (requirements-dev.lock)
# prepare_environment postgresql   the same with what a database on a server of PostgreSQL needs besides (requirements-postgresql.lock)
# prepare_environment dev 3.13     the same with that Python, in an environment of its own, .venv-3.13
# packages_for CONFIG   prints what prepare_environment is to be given for that configuration: postgresql, or nothing
# prepare_browser       finds or installs a Chromium and sets BROWSER to it; unless it is Playwright's own, which the programs
#                       find by themselves, it is exported as POLIMISPORT_BROWSER__EXECUTABLE_PATH
# prefer_headless_shell before it: installs the quicker Chromium without windows, if it can
# prepare_postgresql    installs PostgreSQL's programs, if it can, for tests that start a server of their own
# None asks anything; each works or ends the script with one sentence.

HEADLESS_SHELL=/usr/lib/chromium/chromium-headless-shell # Debian's; opens pages in a third of the time, with a fifth less memory
DOWNLOAD_SECONDS=420 # a Raspberry Pi on a slow line needs several minutes; a dead line must not take for ever

say() { printf '%s\n' "$*" >&2; }
give_up() { say "$*"; exit 1; }

within() { # SECONDS COMMAND...: macOS has no timeout(1)
    if command -v timeout >/dev/null; then timeout "$@"; else shift; "$@"; fi
}

if [ "$(id -u)" = 0 ]; then umask 022; fi # code and packages that root puts here are read by another user: the programs'

may_install_packages() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

install_package() { # NAME: a Debian package
    say "Installing the package $1 ..."
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1"; } >/dev/null 2>&1
}

# --- Python

SUPPORTED="3.11 3.12 3.13 3.14" # versions of Python

python_of() { # VERSION: prints the interpreter of that version, pyenv's included
    local candidate
    for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

supported_pythons() { # prints the versions this machine has
    local version
    for version in $SUPPORTED; do
        if python_of "$version" >/dev/null; then printf '%s\n' "$version"; fi
    done
}

find_python() { # prints the first interpreter that is new enough
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

create_venv() { # FOLDER [VERSION]
    local folder=$1 version=${2:-} python
    if [ -n "$version" ]; then
        python=$(python_of "$version") || give_up "Python $version is not on this machine."
    fi
    [ -n "$version" ] || python=$(find_python) || give_up "Python 3.11 or newer is needed: install it (on Debian: apt install python3 python3-venv)."
    say "Making the virtual environment $folder ..."
    "$python" -m venv --clear "$folder" >/dev/null 2>&1 && return
    if may_install_packages; then
        install_package python3-venv || true
        "$python" -m venv --clear "$folder" >/dev/null 2>&1 && return
    fi
    give_up "$python can't make virtual environments: install python3-venv (on Debian: apt install python3-venv) and try again."
}

has_packages() { # PYTHON: not where the system's Python is another since; without pip, which a container has not
    "$1" -c 'import os, sysconfig; os.listdir(sysconfig.get_path("purelib"))' 2>/dev/null
}

update_venv() { # FOLDER LOCK [VERSION]: the copy of the lock is written last: an interrupted installation is done again
    local folder=$1 lock=$2 version=${3:-}
    cmp -s "$lock" "$folder/$lock" && has_packages "$folder/bin/python" && return
    if ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then create_venv "$folder" "$version"; fi
    say "Installing what $lock lists (a minute or two the first time) ..."
    "$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input --only-binary :all: --require-hashes -r "$lock" ||
        give_up "pip could not install $lock: see the lines above; usually the network is missing."
    if grep -q '^playwright==' "$lock"; then drive "$folder/bin/python"; fi
    cp requirements.lock "$folder/requirements.lock" # the other lock holds the same packages, and more
    cp "$lock" "$folder/$lock"
}

upgrade() { # CONFIG [OPTION ...]: with a copy of itself, which stays as it is while the code here is changed
    local python
    python=$(find_python) || give_up "Python 3.11 or newer is needed: install it (on Debian: apt install python3 python3-venv)."
    if [ ! -e .upgrade/state.json ]; then
        { rm -rf .upgrade/tool && mkdir -p .upgrade/tool && cp -R upgrade .upgrade/tool/; } 2>/dev/null ||
            give_up "This folder can't be written: type it as the user whom it belongs to."
    fi
    PYTHONPATH=$PWD/.upgrade/tool PYTHONDONTWRITEBYTECODE=1 "$python" -P -m upgrade --checkout "$PWD" --config "$@"
}

drive() { # PYTHON: what drives the browser is a program of its own, and needs a library that a bare Debian has not
    "$1" -m playwright --version >/dev/null 2>&1 && return
    may_install_packages && install_package libatomic1 && "$1" -m playwright --version >/dev/null 2>&1 && return
    give_up "What drives the browser does not start: install what '$1 -m playwright --version' misses (on Debian: apt install libatomic1)."
}

packages_for() { # CONFIG: prints postgresql where it names such a server, or the environment does
    case ${POLIMISPORT_DATABASE:-} in
    '') grep -qsiE '"database"[[:space:]]*:[[:space:]]*"[[:space:]]*postgres(ql)?:' "${CREDENTIALS_DIRECTORY:-}/polimisport-config" "$1" || return 0 ;;
    [Pp][Oo][Ss][Tt][Gg][Rr][Ee][Ss]*:*) ;;
    *) return 0 ;;
    esac
    echo postgresql
}

prepare_environment() { # [dev [VERSION] | postgresql]
    local lock=requirements${1:+-$1}.lock folder=.venv${2:+-$2}
    if [ -e .upgrade/state.json ]; then upgrade "$PWD/config.json" --recover || exit 1; fi
    if command -v flock >/dev/null; then # run and test may be started side by side
        (flock 9 && update_venv "$folder" "$lock" "${2:-}") 9<requirements.lock || exit 1
    else
        update_venv "$folder" "$lock" "${2:-}"
    fi
    PYTHON=$PWD/$folder/bin/python
}

# --- the browser

starts() { [ -n "$1" ] && [ -x "$1" ] && within 30 "$1" --version >/dev/null 2>&1; } # Ubuntu's chromium can be an empty shell

installed_browser() { # prints the path of a Chromium that is already on the machine
    local candidate
    for candidate in "$HEADLESS_SHELL" chromium chromium-browser google-chrome google-chrome-stable \
        /usr/lib/chromium/chromium /usr/lib/chromium-browser/chromium-browser /snap/bin/chromium /opt/google/chrome/chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium; do
        candidate=$(command -v "$candidate") || continue
        if starts "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

playwrights_browser() { # prints the path of the Chromium that Playwright keeps for itself
    local own
    own=$("$PYTHON" -c 'from playwright.sync_api import sync_playwright as start
with start() as playwright: print(playwright.chromium.executable_path)' 2>/dev/null)
    starts "$own" && printf '%s\n' "$own"
}

download_browser() { # the same, after getting it
    say "No Chromium on this machine: getting Playwright's own (about 200 MB) ..."
    within "$DOWNLOAD_SECONDS" "$PYTHON" -m playwright install chromium >/dev/null 2>&1 || return 1
    playwrights_browser && return
    may_install_packages && "$PYTHON" -m playwright install-deps chromium >/dev/null 2>&1 && playwrights_browser
}

package_browser() { # the same, from the distribution
    may_install_packages && { install_package chromium-headless-shell || install_package chromium; } && installed_browser
}

prefer_headless_shell() { # installs the Debian package where that is allowed and possible; whoever opens hundreds of pages wants it
    if [ -n "${POLIMISPORT_BROWSER__EXECUTABLE_PATH:-}" ] || starts "$HEADLESS_SHELL" || ! may_install_packages; then return; fi
    install_package chromium-headless-shell || say "The package chromium-headless-shell can't be had: another Chromium does as well, but slower."
}

prepare_browser() {
    BROWSER=${POLIMISPORT_BROWSER__EXECUTABLE_PATH:-}
    if [ -n "$BROWSER" ]; then return; fi
    if ! BROWSER=$(installed_browser); then
        if BROWSER=$(playwrights_browser || download_browser); then return; fi
        BROWSER=$(package_browser) || give_up "No Chromium could be found or installed: install it (on Debian: apt install chromium-headless-shell)" \
            "or put its path into POLIMISPORT_BROWSER__EXECUTABLE_PATH."
    fi
    export POLIMISPORT_BROWSER__EXECUTABLE_PATH=$BROWSER
}

# --- PostgreSQL

CLUSTER_SETTINGS=/etc/postgresql-common/createcluster.d # what Debian's package reads before it makes a server

has_postgresql() { command -v initdb >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null; }

prepare_postgresql() { # installs the Debian package where that is allowed and possible, without the server it would start
    if has_postgresql || ! may_install_packages; then return; fi
    (
        trap 'rm -f "$CLUSTER_SETTINGS/polimisport.conf"' EXIT
        mkdir -p "$CLUSTER_SETTINGS" && echo "create_main_cluster = false" >"$CLUSTER_SETTINGS/polimisport.conf"
        install_package postgresql
    ) || say "The package postgresql can't be had: the tests that need a server of it are left out."
}
