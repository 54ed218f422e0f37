"""The image: it is given what runs and nothing else, and asks the programs' heartbeats whether they are well.

The files are copied as the Containerfile says, without an engine of containers, and looked at where they lie then.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from health.__main__ import UNWELL, main
from tests.test_layers import NOT_PRODUCT, product

ROOT = Path(__file__).resolve().parents[2]
RECIPE = (ROOT / "deploy/container/Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
STAGES = re.split(r"^FROM ", RECIPE, flags=re.MULTILINE)
PACKAGES, CODE, LAST = STAGES[1:]
BESIDE = {
    "LICENSE",
    "config.example.json",
    "requirements.txt",
    "requirements.lock",
    "requirements-postgresql.lock",
    "schema.sql",
    "run",
    "deploy",
    "fonts",
}


def copies(stage: str) -> Iterator[tuple[list[str], str]]:
    """What each COPY of a stage takes, and where to."""
    for line in re.findall(r"^COPY (.+)$", stage, re.MULTILINE):
        *sources, target = line.split()
        yield sources, target


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files as they lie in the image."""
    folder = tmp_path_factory.mktemp("image")
    for sources, target in copies(CODE):
        (folder / target).mkdir(parents=True, exist_ok=True)
        for found in (path for source in sources for path in ROOT.glob(source)):
            if found.is_dir():
                leave = shutil.ignore_patterns("__pycache__")
                shutil.copytree(found, folder / target, dirs_exist_ok=True, ignore=leave)
            else:
                shutil.copy2(found, folder / target)
    return folder


def test_every_file_that_is_named_to_be_copied_is_there() -> None:
    sources = [source for sources, _ in (*copies(PACKAGES), *copies(CODE)) for source in sources]
    assert [source for source in sources if not list(ROOT.glob(source))] == []


def test_what_runs_is_copied_and_nothing_else(image: Path) -> None:
    rooms = {name.split(".")[0] for name in product()} - {"upgrade"}  # the image has no checkout to upgrade
    modules = {f"{name}.py" for name in rooms if (ROOT / f"{name}.py").exists()}
    folders = {name for name in rooms if (ROOT / name).is_dir()}
    assert {path.name for path in image.iterdir()} == modules | folders | BESIDE
    assert {path.suffix for path in (image / "fonts").iterdir()} == {".ttf", ".txt"}
    assert {path.name for path in (image / "deploy").iterdir()} == {
        "environment.sh", "keep.sh", "programs.sh", "supervisord.conf",
    }  # fmt: skip
    assert (NOT_PRODUCT - {"fonts"}) & {path.name for path in image.iterdir()} == set()


def test_the_files_that_modules_name_are_copied_too(image: Path) -> None:
    """Whom a module may import is what tests/test_layers.py sees to; here it is schema.sql and its like."""
    beside = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))}
    named = {word for path in image.rglob("*.py") for word in re.findall(r'"([\w.-]+)"', path.read_text("utf-8"))}
    assert {"schema.sql", "requirements.txt", "fonts"} <= named & beside
    assert {name for name in named & beside if not (image / name).exists()} == set()


def test_the_last_stage_takes_from_the_others_and_has_no_tools() -> None:
    assert [sources for sources, _ in copies(LAST)] == [
        ["--from=packages", "/app/.venv"],
        ["--from=code", "/code"],
    ]
    installed = re.search(r"apt-get install -y --no-install-recommends ([^&]+)&&", LAST)
    assert installed
    assert installed[1].split() == ["ca-certificates", "chromium-headless-shell", "libatomic1", "python3", "tini"]
    assert "pip uninstall -q -y pip" in PACKAGES
    assert "rm -rf /var/lib/apt/lists/*" in LAST


def test_it_runs_as_a_user_under_an_init_of_its_own() -> None:
    [command] = re.findall(r"^ENTRYPOINT (.+)$", LAST, re.MULTILINE)
    assert json.loads(command)[:3] == ["tini", "--", "./run"]
    assert LAST.index("USER polimisport") < LAST.index("ENTRYPOINT")
    compose = (ROOT / "deploy/container/compose.yaml").read_text(encoding="utf-8")
    assert "init:" not in compose


def test_its_health_command_is_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [command] = re.findall(r"^HEALTHCHECK .*?CMD (.+)$", LAST, re.MULTILINE)
    nice, python, _, module, *options = json.loads(command)
    assert (nice, python, module) == ("nice", "/app/.venv/bin/python", "health")
    folders = {"/data": str(tmp_path), "/tmp": str(tmp_path)}  # noqa: S108 - the image's
    here = [re.sub(r"^/(data|tmp)", lambda found: folders[found[0]], option) for option in options]
    assert main(here) == UNWELL
    assert capsys.readouterr().out.startswith("FAIL configuration: ")
