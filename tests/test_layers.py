"""The shape of the house, read from the sources: who may import whom, and how large a class, a function, a file may be.

The rooms and their arrows are those of docs/architecture.md: its drawing is read here, and must be the truth.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
DRAWING = PROJECT / "docs" / "architecture.md"
NOT_PRODUCT = {"demo", "tests", "bench", "fonts", "docs"}
PROGRAMS = {"bot_db", "worker", "periodic_executor", "refresh_courses", "sync_bookings", "setup", "web"}
GIVEN = {"database", "booking", "scraper", "otp_extractor"}  # modules others may build on: they stay at the root

MOST_METHODS = 20  # public ones of a class, those of its bases included
LONGEST_CLASS, LONGEST_FUNCTION, LONGEST_FILE = 250, 40, 600  # lines

NOWHERE = {  # whoever is on the left, directly or through others of ours, never gets to what is on the right
    "bot_db": {"playwright", "portal", "opening", "actions", "booking"},
    "bot": {"playwright", "portal", "opening", "actions", "booking"},
    "bot.flows": {"bot.transport", "telegram"},
    "bot.understanding": {"bot.screens", "bot.flows", "database", "store", "runtime", "telegram"},
    "bot.screens": {"bot.flows", "database", "store", "runtime", "telegram"},
    "portal": {"database", "store", "telegram", "bot"},
    "opening": {"database", "store", "telegram", "bot"},
    "booking": {"database", "store", "telegram", "bot"},
    "scraper": {"database", "store", "telegram", "bot", "playwright"},
    "actions": {"telegram", "bot"},
    "actions.book": {"database", "store"},  # handlers return an outcome, and never write it
    "actions.cancel": {"database", "store"},
    "actions.read": {"database", "store"},
    "actions.decide": {"database", "store", "portal"},
    "worker": {"telegram", "bot"},
    "periodic_executor": {"telegram", "bot", "playwright", "portal", "apprise"},
    "web": {"telegram", "playwright", "portal", "opening", "actions", "booking", "admin"},
    "dashboard": {"telegram", "playwright", "portal", "opening", "actions", "booking", "admin"},
}


# --- what there is


@cache
def modules() -> dict[str, Path]:
    """Every module of the project by its dotted name; a package is its __init__.py."""
    rooms = (path for path in PROJECT.iterdir() if path.is_dir() and not path.name.startswith("."))
    files = (*PROJECT.glob("*.py"), *(file for room in rooms for file in room.rglob("*.py")))
    return {dotted(file): file for file in files}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def is_product(module: str) -> bool:
    return module.split(".")[0] not in NOT_PRODUCT


@cache
def product() -> dict[str, Path]:
    return {name: path for name, path in modules().items() if is_product(name)}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """All of the tree, walked once for all tests: to walk costs more than to parse."""
    return tuple(ast.walk(tree_of(path)))


@cache
def imports() -> dict[str, set[str]]:
    """What each module of the project imports, at whatever depth of its code and also for types only.

    Ours by the whole name of the module, others' by the first part of theirs.
    """
    return {name: set(imported(path)) for name, path in modules().items()}


def imported(path: Path) -> Iterator[str]:
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from (whole_name(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (whole_name(node.module, alias.name) for alias in node.names)


def whole_name(module: str, name: str = "") -> str:
    """The module of ours that is meant, or the first part of somebody else's."""
    if f"{module}.{name}" in modules():
        return f"{module}.{name}"
    return module if module in modules() else module.split(".")[0]


# --- the rooms


@cache
def drawn() -> dict[str, set[str]]:
    """Each room of the drawing, from the top down, with the rooms it has an arrow to."""
    block = DRAWING.read_text(encoding="utf-8").split("```arrows\n", 1)[1].split("```", 1)[0]
    lines = (re.split(r"\s+->\s*", line.strip(), maxsplit=1) for line in block.splitlines() if line.strip())
    return {room: set(others[0].split()) if others else set() for room, *others in lines}


def room_of(module: str) -> str:
    """The innermost drawn room a module lies in, or its own name."""
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in drawn()), module)


@cache
def arrows() -> dict[str, set[str]]:
    """The rooms that each room really imports from."""
    found: dict[str, set[str]] = {room_of(name): set() for name in product()}
    for name in product():
        found[room_of(name)] |= {room_of(other) for other in imports()[name] if other in product()} - {room_of(name)}
    return found


def test_every_module_lies_in_a_room_of_the_drawing() -> None:
    assert {name for name in product() if room_of(name) not in drawn()} == set()
    assert {room for room in drawn() if room not in {room_of(name) for name in product()}} == set()


def test_at_the_root_are_the_programs_and_the_given_modules_only() -> None:
    assert {path.stem for path in PROJECT.glob("*.py")} == PROGRAMS | GIVEN


def test_a_room_imports_what_is_drawn_and_nothing_else() -> None:
    real = {f"{room} -> {other}" for room, others in arrows().items() for other in others}
    shown = {f"{room} -> {other}" for room, others in drawn().items() for other in others}
    assert real == shown


def test_every_arrow_of_the_drawing_points_down() -> None:
    order = list(drawn())
    shown = ((room, other) for room in order for other in drawn()[room])
    assert {f"{room} -> {other}" for room, other in shown if order.index(other) < order.index(room)} == set()


def test_the_product_knows_nothing_of_demo_tests_and_bench() -> None:
    assert {name for name in product() if {other.split(".")[0] for other in imports()[name]} & NOT_PRODUCT} == set()


# --- the edges that must never exist


def reach(start: str) -> set[str]:
    """Everything a module gets to through modules of ours: theirs and others' names."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        new = imports().get(ahead.pop(), set()) - seen
        seen |= new
        ahead += new
    return seen


def is_in(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


@pytest.mark.parametrize("room", sorted(NOWHERE))
def test_edges_that_must_not_exist_do_not(room: str) -> None:
    reached = {other for name in product() if is_in(name, room) for other in reach(name)}
    assert set(f"{room} reaches {far}" for other in reached for far in NOWHERE[room] if is_in(other, far)) == set()


def test_only_the_front_door_imports_the_store() -> None:
    """But for the command that is asked twice a minute: it reads one table, and would load all of the store for it."""
    others = {name for name in product() if not is_in(name, "store")} - {"database", "health.__main__"}
    guilty = {room_of(name) for name in others for other in imports()[name] if is_in(other, "store")}
    assert set(f"{room} imports the store" for room in guilty) == set()


def test_the_domain_needs_the_standard_library_only() -> None:
    others = {other for name in product() if is_in(name, "domain") for other in imports()[name]}
    assert {other for other in others if not is_in(other, "domain")} - sys.stdlib_module_names == set()


def test_no_program_imports_another() -> None:
    assert {name for name in product() if imports()[name] & PROGRAMS} == set()


def test_only_the_store_talks_to_sqlite() -> None:
    assert {name.split(".")[0] for name in product() if imports()[name] & {"sqlite3", "aiosqlite"}} == {"store"}


def test_no_sql_stands_outside_the_store() -> None:
    statement = ("SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "PRAGMA ", "BEGIN ")
    guilty = {
        f"{name}:{node.lineno}"
        for name, path in product().items()
        if not is_in(name, "store")
        for node in nodes_of(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip().startswith(statement)
    }
    assert guilty == set()


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Ways from a module back to itself, each once (Tarjan's strongly connected components)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        path.append(name)
        for other in edges.get(name, set()):
            if other not in number:
                visit(other)
            if other in path:
                low[name] = min(low[name], low[other])
        if low[name] == number[name]:
            place = path.index(name)
            if len(path) - place > 1:
                found.append(sorted(path[place:]))
            del path[place:]

    for name in edges:
        if name not in number:
            visit(name)
    return found


def test_no_module_leads_back_to_itself_not_even_for_a_type() -> None:
    ours = {name: {other for other in imports()[name] if other in modules()} - {name} for name in modules()}
    assert set(" <-> ".join(circle) for circle in circles(ours)) == set()


# --- how large things are


def classes(names: Iterable[str]) -> Iterator[tuple[str, ast.ClassDef]]:
    for name in names:
        for node in nodes_of(modules()[name]):
            if isinstance(node, ast.ClassDef):
                yield name, node


@cache
def classes_by_name() -> dict[str, ast.ClassDef]:
    return {node.name: node for _, node in classes(name for name in modules() if not is_in(name, "tests"))}


def public_methods(node: ast.ClassDef) -> set[str]:
    """The public methods of a class and of those it inherits from."""
    own = {
        each.name
        for each in node.body
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and not each.name.startswith("_")
    }
    bases = (base.id for base in node.bases if isinstance(base, ast.Name) and base.id != node.name)
    return own.union(*(public_methods(classes_by_name()[base]) for base in bases if base in classes_by_name()))


def lines_of(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def judged() -> list[str]:
    """The modules whose sizes are looked at: all but the tests."""
    return [name for name in modules() if not is_in(name, "tests")]


def test_no_class_has_more_than_twenty_public_methods() -> None:
    many = ((name, node) for name, node in classes(judged()) if len(public_methods(node)) > MOST_METHODS)
    assert set(f"{name}.{node.name} has many methods" for name, node in many) == set()


def test_no_class_is_longer_than_a_sitting() -> None:
    long = ((name, node) for name, node in classes(judged()) if lines_of(node) > LONGEST_CLASS)
    assert set(f"{name}.{node.name} is long" for name, node in long) == set()


def test_no_function_is_longer_than_a_page() -> None:
    found = {
        f"{name}.{node.name} is long"
        for name in judged()
        for node in nodes_of(modules()[name])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > LONGEST_FUNCTION
    }
    assert found == set()


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules().items()}
    assert set(f"{name} is long" for name, length in lengths.items() if length > LONGEST_FILE) == set()


def test_every_package_says_what_it_is_in_a_sentence() -> None:
    """The first paragraph of its docstring, which ends with a full stop."""
    packages = (name for name, path in modules().items() if path.name == "__init__.py" and not is_in(name, "tests"))
    sentences = {name: (ast.get_docstring(tree_of(modules()[name])) or "").split("\n\n")[0] for name in packages}
    assert {name for name, sentence in sentences.items() if not sentence.endswith((".", ":"))} == set()


def test_every_file_begins_with_its_job() -> None:
    assert {name for name in judged() if not ast.get_docstring(tree_of(modules()[name]))} == set()


# --- what tests may reach into


def test_no_test_changes_a_constant_of_a_module() -> None:
    """What a test needs otherwise is handed in: a parameter, or a frozen dataclass of limits."""
    guilty = {
        f"{name}:{node.lineno}"
        for name in modules()
        if is_in(name, "tests")
        for node in nodes_of(modules()[name])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setattr"
        for argument in node.args[:2]
        if isinstance(argument, ast.Constant) and re.search(r"(^|\.)[A-Z][A-Z_]{2,}$", str(argument.value))
    }
    assert guilty == set()


# --- and the test itself


def test_a_circle_is_seen() -> None:
    way = ["a", "b", "c", "a"]
    assert circles({here: {there} for here, there in pairwise(way)} | {"d": {"a"}}) == [["a", "b", "c"]]
