"""Who may import whom (design, section 3): read from the sources, so that a wrong edge is seen before it is used."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
NOT_PRODUCT = {"demo", "tests", "bench"}
# From the top down: a layer imports from itself and from what is below it, never from above. The longest name counts.
LAYERS = (
    {"bot_db", "worker", "periodic_executor", "refresh_courses", "sync_bookings", "setup"},
    {"admin"},
    {"runtime.heartbeat"},
    {"bot", "actions"},
    {"opening"},
    {"booking"},
    {"portal"},
    {"scraper"},
    {"opening.server_clock", "opening.clock_estimate"},
    {"database", "store"},
    {"runtime"},
    {"otp_extractor"},
    {"safety"},
    {"domain"},
    {"runtime.preflight"},
)
NO_ROWS_NO_CHAT = {"database", "store", "telegram", "bot"}
MUST_NOT_REACH = {  # whoever is on the left, directly or through others of ours, never gets to what is on the right
    "bot": {"playwright", "portal", "booking", "actions"},
    "bot_db": {"playwright", "portal", "booking", "actions"},
    "portal": NO_ROWS_NO_CHAT,
    "opening": NO_ROWS_NO_CHAT,
    "booking": NO_ROWS_NO_CHAT,
    "scraper": NO_ROWS_NO_CHAT,
    "worker": {"telegram", "bot"},
    "periodic_executor": {"telegram", "bot"},
}


def sources() -> dict[str, Path]:
    """Every module of the project by its dotted name; a package by its own."""
    folders = {path.parent for path in PROJECT.glob("*/__init__.py")}
    files = [*PROJECT.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))]
    names = {file: ".".join(file.relative_to(PROJECT).with_suffix("").parts) for file in files}
    return {name.removesuffix(".__init__"): file for file, name in names.items()}


SOURCES = sources()


def package(name: str) -> str:
    return name.split(".")[0]


def imports_of(file: Path) -> Iterator[str]:
    """Everything that is imported, at whatever depth of the code: modules of ours, and the first names of others."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in SOURCES else node.module for name in inner]
        else:
            continue
        yield from (name if name in SOURCES else package(name) for name in names)


@pytest.fixture(scope="module")
def edges() -> dict[str, set[str]]:
    return {name: set(imports_of(file)) for name, file in SOURCES.items()}


def reach(edges: dict[str, set[str]], start: str) -> set[str]:
    """Everything `start` gets to, through modules of ours."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        for name in edges.get(ahead.pop(), set()) - seen:
            seen.add(name)
            ahead.append(name)
    return seen


def level(name: str) -> int | None:
    """The layer of a module: where it is named itself, or the nearest package around it."""
    while name:
        found = next((number for number, layer in enumerate(LAYERS) if name in layer), None)
        if found is not None:
            return found
        name = name.rpartition(".")[0]
    return None


def test_every_file_of_the_product_has_its_place_in_the_layers() -> None:
    assert {name for name in SOURCES if package(name) not in NOT_PRODUCT and level(name) is None} == set()


def test_dependencies_point_down_only(edges: dict[str, set[str]]) -> None:
    upward = {
        f"{name} -> {other}"
        for name, others in edges.items()
        for other in others
        if (mine := level(name)) is not None and (theirs := level(other)) is not None and theirs < mine
    }
    assert upward == set()


def test_no_program_imports_another(edges: dict[str, set[str]]) -> None:
    assert {name: edges[name] & LAYERS[0] for name in LAYERS[0] if edges[name] & LAYERS[0]} == {}


@pytest.mark.parametrize("name", sorted(MUST_NOT_REACH))
def test_edges_that_must_not_exist_do_not(edges: dict[str, set[str]], name: str) -> None:
    exempt = {"opening.server_clock", "opening.clock_estimate"}
    starts = [each for each in SOURCES if package(each) == name and each not in exempt]
    assert {package(each) for start in starts for each in reach(edges, start)} & MUST_NOT_REACH[name] == set()


def test_the_product_knows_nothing_of_demo_tests_and_bench(edges: dict[str, set[str]]) -> None:
    guilty = {
        name
        for name, others in edges.items()
        if package(name) not in NOT_PRODUCT and {package(each) for each in others} & NOT_PRODUCT
    }
    assert guilty == set()


def test_the_words_of_the_domain_need_the_standard_library_only(edges: dict[str, set[str]]) -> None:
    others = {each for name, found in edges.items() if package(name) == "domain" for each in found}
    assert {each for each in others if package(each) != "domain"} <= sys.stdlib_module_names


def test_only_the_store_talks_to_sqlite(edges: dict[str, set[str]]) -> None:
    guilty = {name for name, others in edges.items() if others & {"sqlite3", "aiosqlite"}}
    assert {package(name) for name in guilty} - NOT_PRODUCT == {"store"}


def test_no_sql_stands_outside_the_store() -> None:
    statement = ("SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "PRAGMA ", "BEGIN ")
    guilty = {
        f"{file.relative_to(PROJECT)}:{node.lineno}"
        for name, file in SOURCES.items()
        if package(name) not in NOT_PRODUCT | {"store"}
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip().startswith(statement)
    }
    assert guilty == set()
