"""Who may import whom (design, section 3): read from the sources, so that a wrong edge is seen before it is used."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
NOT_PRODUCT = {"demo", "tests", "bench"}
# From the top down: a layer imports from itself and from what is below it, never from above.
LAYERS = (
    {"bot_db", "worker", "periodic_executor", "refresh_courses", "sync_bookings", "setup"},
    {"setup_sessions"},
    {"routine", "exchange", "perform", "pursuit", "wizard", "doctor", "heart", "survey"},
    {
        "appearance",
        "bot",
        "booking",
        "bookings_list",
        "cancelling",
        "decide",
        "hand_login",
        "last_call",
        "proof",
        "race",
        "schedules",
        "scraper",
        "shared_readings",
    },
    {"volley"},
    {"portal"},
    {"server_clock"},
    {"clock_estimate"},
    {"database", "store"},
    {"program"},  # how every program starts and stops
    {"settings"},
    {"config_file", "config_values"},
    {"config_mistakes", "session_file"},
    {"otp_extractor", "otp_export", "private", "addresses", "untrusted", "redaction", "refusals"},
    {"rule_sightings"},
    {"house_rules", "opening_plan"},
    {"model", "recurrence", "names", "errors", "side_by_side"},
    {"preflight"},
)
MUST_NOT_REACH = {  # whoever is on the left, directly or through others of ours, never gets to what is on the right
    "bot": {"playwright", "portal", "booking", "cancelling"},
    "bot_db": {"playwright", "portal", "booking", "cancelling"},
    "portal": {"database", "store", "telegram", "bot"},
    "bookings_list": {"database", "store", "telegram", "bot"},
    "booking": {"database", "store", "telegram", "bot"},
    "cancelling": {"database", "store", "telegram", "bot"},
    "proof": {"database", "store", "telegram", "bot"},
    "schedules": {"database", "store", "telegram", "bot"},
    "scraper": {"database", "store", "telegram", "bot"},
    "race": {"database", "store", "telegram", "bot"},
    "appearance": {"database", "store", "telegram", "bot"},
    "worker": {"telegram", "bot"},
    "periodic_executor": {"telegram", "bot"},
}


def sources() -> dict[str, list[Path]]:
    """Each module or package of the project at the root, with its files."""
    found = {path.stem: [path] for path in PROJECT.glob("*.py")}
    packages = {path.parent for path in PROJECT.glob("*/__init__.py")}
    return found | {package.name: sorted(package.rglob("*.py")) for package in packages}


def imports_of(files: list[Path]) -> Iterator[str]:
    """The first names of everything that is imported, at whatever depth of the code."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0]


@pytest.fixture(scope="module")
def edges() -> dict[str, set[str]]:
    return {name: set(imports_of(files)) for name, files in sources().items()}


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
    return next((number for number, layer in enumerate(LAYERS) if name in layer), None)


def test_every_file_of_the_product_has_its_place_in_the_layers() -> None:
    assert {name for name in sources() if name not in NOT_PRODUCT and level(name) is None} == set()


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


@pytest.mark.parametrize("name", sorted(MUST_NOT_REACH.keys() & sources().keys()))
def test_edges_that_must_not_exist_do_not(edges: dict[str, set[str]], name: str) -> None:
    assert reach(edges, name) & MUST_NOT_REACH[name] == set()


def test_the_product_knows_nothing_of_demo_tests_and_bench(edges: dict[str, set[str]]) -> None:
    guilty = {name for name, others in edges.items() if name not in NOT_PRODUCT and others & NOT_PRODUCT}
    assert guilty == set()


def test_the_words_of_the_domain_need_the_standard_library_only(edges: dict[str, set[str]]) -> None:
    assert edges["model"] - {"errors", "names"} <= sys.stdlib_module_names
    assert edges["errors"] - {"model"} <= sys.stdlib_module_names  # of model only a type, for whoever reads it


def test_only_the_store_talks_to_sqlite(edges: dict[str, set[str]]) -> None:
    product = {name for name in edges if name not in NOT_PRODUCT}
    assert {name for name in product if edges[name] & {"sqlite3", "aiosqlite"}} == {"store"}


def test_no_sql_stands_outside_the_store() -> None:
    statement = ("SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "PRAGMA ", "BEGIN ")
    guilty = {
        f"{file.relative_to(PROJECT)}:{node.lineno}"
        for name, files in sources().items()
        if name not in NOT_PRODUCT | {"store"}
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip().startswith(statement)
    }
    assert guilty == set()
