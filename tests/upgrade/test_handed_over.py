"""What systemd hands over to the units is found in their text, and lent to the commands of an upgrade alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from upgrade.commands import Identity, UpgradeFailed
from upgrade.handed_over import Credential, lent, named_in

CONFIG, KEY = "polimisport-config", "polimisport-key"


def test_the_units_name_what_they_are_handed() -> None:
    units = f"""
        # /etc/systemd/system/polimisport-.service.d/common.conf
        #LoadCredential={KEY}:/etc/old
        LoadCredential={CONFIG}:/etc/polimisport/config.json
        LoadCredential={KEY}:/etc/polimisport/key
        LoadCredential=another:/etc/another
    """
    assert named_in(units) == (
        Credential(CONFIG, Path("/etc/polimisport/config.json")),
        Credential(KEY, Path("/etc/polimisport/key")),
    )


def test_a_later_line_of_a_unit_is_the_one_that_counts() -> None:
    units = f"LoadCredential={CONFIG}:/first\nLoadCredential={CONFIG}:/second\nLoadCredentialEncrypted={KEY}:/sealed"
    assert named_in(units) == (Credential(CONFIG, Path("/second")), Credential(KEY, Path("/sealed"), encrypted=True))
    assert named_in(f"{units}\nLoadCredential=") == (Credential(KEY, Path("/sealed"), encrypted=True),)


def test_without_a_path_it_lies_in_the_store_of_the_system() -> None:
    assert named_in(f"LoadCredential={KEY}") == (Credential(KEY, Path("/etc/credstore", KEY)),)


def test_it_is_lent_to_its_user_alone_and_taken_back(tmp_path: Path) -> None:
    source, folder = tmp_path / "config.json", tmp_path / "lent"
    source.write_text("{}")
    folder.mkdir()
    (folder / "of one that was killed").touch()
    with lent([Credential(CONFIG, source)], folder, Identity()) as environment:
        assert environment == {"CREDENTIALS_DIRECTORY": str(folder)}
        assert [path.name for path in folder.iterdir()] == [CONFIG]
        assert (folder / CONFIG).read_text() == "{}"
        assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / CONFIG)] == [0o700, 0o600]
        assert folder.stat().st_uid == os.geteuid()
    assert not folder.exists()


def test_what_cannot_be_read_is_told_with_its_place_and_leaves_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(UpgradeFailed, match=f"handed {KEY} from .*/nowhere"),
        lent([Credential(KEY, tmp_path / "nowhere")], tmp_path / "lent", Identity()),
    ):
        pass
    assert not (tmp_path / "lent").exists()


def test_who_hands_nothing_over_lends_nothing(tmp_path: Path) -> None:
    with lent([], tmp_path / "lent", Identity()) as environment:
        assert environment == {}
        assert not (tmp_path / "lent").exists()
