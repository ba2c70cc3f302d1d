"""One process owns a folder's store files, under a name that is its own."""

import os
from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.engine.lock import FileLock, Lease


def test_a_held_lock_names_its_holder_and_how_to_stop_it(tmp_path: Path) -> None:
    with FileLock(tmp_path), pytest.raises(Misconfigured) as refusal:
        FileLock(tmp_path).acquire()

    assert str(os.getpid()) in refusal.value.message
    assert f"kill {os.getpid()}" in refusal.value.fix


def test_a_lock_left_behind_can_be_taken_and_then_names_its_new_holder(tmp_path: Path) -> None:
    (tmp_path / "redbutton.lock").write_text("999999999999")

    with FileLock(tmp_path):
        pass
    with FileLock(tmp_path) as lock:
        assert lock.path.read_text() == str(os.getpid())


def test_a_lock_makes_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "store"

    with FileLock(folder) as lock:
        assert lock.path.parent == folder


@pytest.mark.parametrize("name", ["", "local"])
def test_a_name_that_any_process_would_have_is_no_lease(name: str) -> None:
    with pytest.raises(ValueError, match="no lease"):
        Lease(name)
