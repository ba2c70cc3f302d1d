"""The key comes from the environment or from a file that nobody else can read."""

import base64
from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.store.keys import load_key
from tests.store.samples import KEY

WORDS = base64.b64encode(KEY).decode()


@pytest.mark.parametrize("value", [WORDS, f" {WORDS}\n"])
def test_the_environment_s_key_is_taken_and_no_file_is_made(tmp_path: Path, value: str) -> None:
    path = tmp_path / "redbutton.key"

    assert load_key(value, path) == KEY
    assert not path.exists()


@pytest.mark.parametrize("value", ["secret", "c2hvcnQ=", WORDS[:-4], "ключ", " "])
def test_a_wrong_key_names_the_variable_the_rule_and_how_to_make_one(
    tmp_path: Path, value: str
) -> None:
    with pytest.raises(Misconfigured) as told:
        load_key(value, tmp_path / "redbutton.key")

    assert "`REDBUTTON_KEY` is not the base64 of 32 bytes" in told.value.message
    assert "openssl rand -base64 32" in told.value.fix
    assert value.strip() not in str(told.value).split() or value == " "


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "redbutton.key"

    first = load_key(None, path)

    assert load_key("", path) == first
    assert len(first) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "redbutton.key"
    load_key(None, path)
    path.chmod(mode)

    with pytest.raises(Misconfigured, match=f"can be read by others .mode {mode:04o}"):
        load_key(None, path)


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "redbutton.key"
    path.touch(mode=0o600)

    with pytest.raises(Misconfigured, match=r"The key file .* is not the base64"):
        load_key(None, path)


def test_a_folder_in_the_key_s_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read: Is a directory"):
        load_key(None, tmp_path)


def test_a_key_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Misconfigured, match="cannot be made"):
        load_key(None, tmp_path / "file" / "redbutton.key")
