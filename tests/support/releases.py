"""An origin with releases of a stand-in bot, and installations of it: real git, real shells, a database of its own.

The stand-in does what an upgrade asks of the real one, in milliseconds. Each release says in `release.json` how it is:
its schema, what its doctor finds, which of its steps fail. The database is a real file of SQLite with somebody's notes;
a file `elsewhere` beside the configuration says that it counts as a server's, and what runs on other machines.
"""

from __future__ import annotations

import json
import os
import shutil
import site
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ("bot_db", "worker", "periodic_executor", "web")
STAND_IN = """\
import contextlib, json, os, pathlib, shutil, signal, sqlite3, sys, time
HERE = pathlib.Path(__file__).resolve().parent
HERE = HERE if (HERE / "release.json").exists() else HERE.parent
NAME = pathlib.Path(__file__).stem
RELEASE = json.loads((HERE / "release.json").read_text())
VERSION = (HERE / "runtime" / "version.py").read_text().split('"')[1]
if "--version" in sys.argv:
    sys.exit(print("Polimisport Bot " + VERSION) if NAME != RELEASE.get("broken") else "ModuleNotFoundError: no module")
CONFIG = pathlib.Path(sys.argv[sys.argv.index("--config") + 1])
REAL = CONFIG.with_name("polimisport.db")
ELSEWHERE = CONFIG.with_name("elsewhere")
DATABASE = pathlib.Path(os.environ.get("POLIMISPORT_DATABASE", REAL))
def usable():
    db = sqlite3.connect(DATABASE, isolation_level=None, timeout=30)
    db.execute("BEGIN IMMEDIATE")
    db.execute("CREATE TABLE IF NOT EXISTS notes (text)")
    db.execute("CREATE TABLE IF NOT EXISTS beats (program, version, pid INTEGER PRIMARY KEY)")
    [found] = db.execute("PRAGMA user_version").fetchone()
    if found > RELEASE["schema"] and NAME == "upgrade_facts" and ELSEWHERE.exists():
        tell(found, living=[], elsewhere=[], ahead=True)
        sys.exit()
    if found > RELEASE["schema"]:
        if "--check" in sys.argv:
            print("✗ database: was made by a newer version → update")
        sys.exit("the database was made by a newer version")
    if found < RELEASE["schema"]:
        if RELEASE.get("migration") in ("fails", "fails really" if DATABASE == REAL else "never"):
            sys.exit("the migration fails: no such column")
        db.execute("INSERT INTO notes VALUES ('migrated')")
        db.execute("PRAGMA user_version = %d" % RELEASE["schema"])
    db.execute("COMMIT")
    return db
def tell(schema, **more):
    opening = CONFIG.with_name("opening")
    print(json.dumps(more | {
        "schema": schema, "opening": opening.read_text() if opening.exists() else None,
        "backup": str(DATABASE.with_name("polimisport.db.version%d-%s.bak" % (RELEASE["schema"], time.time_ns()))),
    }))
def alive(pid):
    with contextlib.suppress(ProcessLookupError):
        return os.kill(pid, 0) is None
if NAME == "upgrade_facts":
    beats = usable().execute("SELECT program, version, pid FROM beats").fetchall()
    living = [{"program": program, "version": version} for program, version, pid in beats if alive(pid)]
    tell(RELEASE["schema"], living=living, elsewhere=ELSEWHERE.read_text().split() if ELSEWHERE.exists() else [])
elif NAME == "setup":
    if "--backup" in sys.argv:
        shutil.copy(DATABASE, sys.argv[sys.argv.index("--backup") + 1])
    if "--restore" in sys.argv:
        DATABASE.rename(DATABASE.with_name("polimisport.db.replaced"))
        shutil.copy(sys.argv[sys.argv.index("--restore") + 1], DATABASE)
        usable()
        print("What it was before is kept in polimisport.db.replaced.")
    if "--check" in sys.argv:
        usable()
        waits = CONFIG.with_name("doctor_waits")
        if waits.exists() and RELEASE["schema"] > 1:
            waits.write_text(str(os.getpid()))
            time.sleep(600)
        for line in RELEASE["doctor"]:
            print(line)
        sys.exit(any(line.startswith("✗") for line in RELEASE["doctor"]))
    if "--validate" in sys.argv and "old key" in CONFIG.read_text() and RELEASE.get("strict"):
        sys.exit("config.json: 'old key' is not known")
else:
    def beat(statement, *values):
        with contextlib.closing(usable()) as db:
            db.execute(statement, values)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # a handler is not run when it comes before a pause
    beat("INSERT OR REPLACE INTO beats VALUES (?, ?, ?)", NAME, VERSION, os.getpid())
    print(NAME, "of", VERSION, "starts", flush=True)
    signal.sigwait({signal.SIGTERM})
    beat("DELETE FROM beats WHERE pid = ?", os.getpid())
"""
PIP = """\
import pathlib, sys
if "install" in sys.argv:
    lock = pathlib.Path(sys.argv[-1]).read_text()
    if "impossible" in lock:
        sys.exit("ERROR: No matching distribution found for impossible==1")
    installed = pathlib.Path(__file__).parent / "installed.txt"
    installed.unlink(missing_ok=True)  # as pip does
    installed.write_text(lock)
"""
GOOD = ["✓ browser: starts", "✓ database: is sound"]
RELEASES: dict[str, dict[str, object]] = {
    "0.1.0": {"schema": 1, "doctor": GOOD},
    "0.2.0": {"schema": 2, "doctor": GOOD, "requires": "two==2", "new file": True},
    "0.3.0": {"schema": 3, "doctor": ["✗ browser: it does not start → install it", *GOOD[1:]], "requires": "two==2"},
    "0.4.0": {"schema": 2, "doctor": GOOD, "requires": "impossible==1"},
    "0.5.0": {"schema": 5, "doctor": GOOD, "migration": "fails"},
    "0.6.0": {"schema": 6, "doctor": GOOD, "migration": "fails really", "new file": True},
    "0.7.0": {"schema": 1, "doctor": GOOD, "broken": "worker"},
    "0.8.0": {"schema": 8, "doctor": GOOD, "strict": True},
    "0.10.0": {"schema": 2, "doctor": GOOD},
}


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=Giulia", "-c", "user.email=g@example.org", "-c", "commit.gpgsign=false"]
    said = subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=True)
    return said.stdout.strip()


def write_release(folder: Path, version: str) -> None:
    """The files of a release, in place of those of another."""
    release = RELEASES[version]
    (folder / "runtime").mkdir(exist_ok=True)
    (folder / "runtime" / "version.py").write_text(f'VERSION = "{version}"\n')
    (folder / "release.json").write_text(json.dumps(release))
    (folder / "requirements.lock").write_text(f"{release.get('requires', 'one==1')}\n")
    shutil.rmtree(folder / "newer", ignore_errors=True)
    if release.get("new file"):
        (folder / "newer").mkdir()
        (folder / "newer" / "module.py").write_text("")


def make_origin(folder: Path) -> Path:
    """A repository with every release, one after the other."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    shutil.copytree(PROJECT / "deploy", folder / "deploy")
    shutil.copytree(PROJECT / "upgrade", folder / "upgrade", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("run", ".gitignore"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / "admin").mkdir()
    for name in (*PROGRAMS, "setup", "admin/upgrade_facts"):
        (folder / f"{name}.py").write_text(STAND_IN)
    for version in RELEASES:
        write_release(folder, version)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", version)
        git(folder, "tag", "--annotate", f"v{version}", "--message", version)
    return folder


def make_environment(folder: Path) -> Path:
    """A virtual environment whose pip only writes down what it was asked for; the packages are those of this Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next((folder / "lib").glob("python*/site-packages"))
    (packages / "others.pth").write_text("\n".join(site.getsitepackages()))
    (packages / "pip").mkdir()
    (packages / "pip" / "__init__.py").touch()  # else that of the others goes first
    (packages / "pip" / "__main__.py").write_text(PIP)
    (packages / "pip" / "installed.txt").write_text("one==1\n")
    (folder / "bin" / "a-command").write_text(f"#!{folder}/bin/python\n")
    (folder / "requirements.lock").write_text("one==1\n")
    return folder


class Installation:
    """A clone of the origin at a release, with an environment, a configuration and a database."""

    def __init__(self, folder: Path, origin: Path, environment: Path, version: str = "0.1.0") -> None:
        git(origin.parent, "clone", "--quiet", str(origin), str(folder))
        git(folder, "reset", "--quiet", "--hard", f"v{version}")
        shutil.copytree(environment, folder / ".venv", symlinks=True)
        self.folder = folder
        self.config = folder / "config.json"
        self.config.write_text('{"browser": {"executable_path": "/nowhere"}}')
        self.database = folder / "polimisport.db"
        with closing(sqlite3.connect(self.database)) as file, file:
            file.execute("CREATE TABLE notes (text)")
            file.execute("INSERT INTO notes VALUES ('written before')")
            file.execute(f"PRAGMA user_version = {RELEASES[version]['schema']}")
        self.before = self.state()

    @property
    def version(self) -> str:
        return (self.folder / "runtime" / "version.py").read_text().split('"')[1]

    def notes(self) -> list[str]:
        with closing(sqlite3.connect(self.database)) as file:
            return [text for (text,) in file.execute("SELECT text FROM notes")]

    def schema(self) -> int:
        with closing(sqlite3.connect(self.database)) as file:
            return int(file.execute("PRAGMA user_version").fetchone()[0])

    def installed(self) -> str:
        [said] = (self.folder / ".venv" / "lib").glob("python*/site-packages/pip/installed.txt")
        return said.read_text()

    def state(self) -> dict[str, object]:
        """All that an upgrade may change, and what it must not."""
        return {
            "head": git(self.folder, "rev-parse", "--abbrev-ref", "HEAD"),
            "commit": git(self.folder, "rev-parse", "HEAD"),
            "files": git(self.folder, "status", "--porcelain", "--untracked-files=all"),
            "version": self.version,
            "schema": self.schema(),
            "notes": self.notes(),
            "installed": self.installed(),
            "command": (self.folder / ".venv" / "bin" / "a-command").read_text(),
            "config": self.config.read_text(),
            "under way": (self.folder / ".upgrade" / "state.json").exists(),
            "aside": (self.folder / ".upgrade" / "next").exists(),
        }

    def upgrade(self, *options: str, path: Path | None = None, umask: int = -1) -> tuple[int, str]:
        """./run --upgrade; its exit code and what it said."""
        environment = os.environ | ({"PATH": f"{path}:{os.environ['PATH']}"} if path else {})
        ended = subprocess.run(
            ["./run", "--upgrade", *options],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            umask=umask,
        )
        return ended.returncode, ended.stdout + ended.stderr
