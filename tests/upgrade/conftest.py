"""What tests of an upgrade share: a repository of stand-in releases, and an environment to install them into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.releases import make_environment, make_origin


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_origin(tmp_path_factory.mktemp("releases") / "origin")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_environment(tmp_path_factory.mktemp("environment") / "venv")
