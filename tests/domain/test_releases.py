"""Tags and the changelog: which release is the newest, and what is told of it."""

from __future__ import annotations

from domain.releases import changes_in, newest

CHANGELOG = """\
# Changelog

## Unreleased

### Added

- Not yet.

## 0.10.0 (2026-12-01)

### Added

- `./run --upgrade` goes to the newest release: made ready beside the present one. Then more.
- Second.

## 0.9.0 (2026-11-01)

- Old.
"""


def test_the_newest_release_has_the_highest_number_and_other_tags_are_none() -> None:
    assert newest(["v0.9.0", "v0.10.0", "v1.0.0-rc1", "nightly", "0.99.0", "v1.2"]) == "0.10.0"
    assert newest(["latest"]) is None


def test_of_a_release_the_first_sentence_of_each_change_is_told() -> None:
    assert changes_in(CHANGELOG, "0.10.0") == ("`./run --upgrade` goes to the newest release", "Second.")
    assert changes_in(CHANGELOG, "0.11.0") == ()
