"""What portal/ lets others use is what its first page says, and inside it the rooms lie one above the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import portal

PROJECT = Path(portal.__file__).parent.parent
ROOMS = ("responses", "storage", "browser", "evidence", "pages", "login", "session")  # from the lowest up
NOT_PRODUCT = ("tests", "bench", "demo", "portal")


def imports_of(file: Path) -> Iterator[str]:
    """The modules of portal/ that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "portal":
            yield from (f"portal.{each.name}" for each in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("portal."):
            yield str(node.module)
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.startswith("portal."))


def room_of(module: str) -> str:
    return module.split(".")[1] if module.count(".") > 1 else ""


def test_others_use_only_what_the_package_lists() -> None:
    listed = {line.split()[0] for line in (portal.__doc__ or "").splitlines() if line.startswith("portal.")}
    rooms = [room for room in PROJECT.iterdir() if (room / "__init__.py").exists() and room.name not in NOT_PRODUCT]
    files = [*PROJECT.glob("*.py"), *(file for room in rooms for file in room.rglob("*.py"))]
    used = {each for file in files for each in imports_of(file)}
    assert used == listed


def test_a_room_uses_only_the_rooms_below_it() -> None:
    upward = {
        f"{room}/{file.name} -> {module}"
        for number, room in enumerate(ROOMS)
        for file in (PROJECT / "portal" / room).glob("*.py")
        for module in imports_of(file)
        if room_of(module) in ROOMS[number + 1 :]
    }
    assert upward == set()


def test_no_module_of_the_portal_leads_back_to_itself_not_even_for_a_type() -> None:
    files = (PROJECT / "portal").rglob("*.py")
    edges = {
        file.relative_to(PROJECT).with_suffix("").as_posix().replace("/", "."): {*imports_of(file)} for file in files
    }
    done: set[str] = set()
    while ready := [name for name in edges.keys() - done if edges[name] & edges.keys() <= done]:
        done |= {*ready}
    assert edges.keys() - done == set()
