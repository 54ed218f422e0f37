"""./test --fast: leaves out the tests that need a browser or another process, and fails one that starts it unnoticed.

A test is left out when one of its fixtures opens a browser or starts programs, when it lies in a place of such tests,
or when it bears the mark `process`. Whoever forgets the mark is told by the tripwire below.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

FIXTURES = frozenset(
    {"engine", "browser", "page", "driver", "portal", "own_browser", "demo", "here", "checkout", "certificate"}
)
PLACES = (
    "tests/programs/",
    "tests/bench/",
    "tests/test_setup.py",
    "tests/portal/test_sandbox.py",
    "tests/portal/test_driver.py",
)
STARTS = frozenset({"subprocess.Popen", "os.posix_spawn", "os.fork"})  # as Python's audit hooks name it

running: list[str] = []  # the test that runs, while it does


def is_slow(item: pytest.Item) -> bool:
    fixtures = FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.nodeid.startswith(PLACES) or item.get_closest_marker("process") is not None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="leave out the tests that start a browser or a process")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "process: starts a browser or another process; --fast leaves it out")
    if config.getoption("--fast"):
        sys.addaudithook(trip)


def trip(event: str, _: tuple[object, ...]) -> None:
    if event in STARTS and running:
        pytest.fail(f"{running[-1]} starts a process ({event}): it needs the mark `process`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--fast"):
        left_out = [item for item in items if is_slow(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not is_slow(item)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    running.append(item.nodeid)
    try:
        return (yield)
    finally:
        running.pop()
