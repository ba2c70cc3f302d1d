"""The key under which everything at rest is sealed."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from bot.domain.errors import Misconfigured

LENGTH = 32
"""Bytes in a key: AES-256."""

MAKE = "openssl rand -base64 32"


def load_key(value: str | None, path: Path) -> bytes:
    """Return the key: *value* (of `REDBUTTON_KEY`) where set, else what the file *path* holds.

    The file is made, for its owner's eyes only, if there is none. Raises Misconfigured.
    """
    if value:
        return _decode(value, "`REDBUTTON_KEY`")
    _make(path)
    try:
        with path.open() as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read()
    except OSError as error:
        raise Misconfigured(
            f"The key file {str(path)!r} cannot be read: {error.strerror}.",
            fix="Give it to the user who runs the bot, or set `REDBUTTON_KEY`.",
        ) from error
    if mode & 0o077:
        raise Misconfigured(
            f"The key file {str(path)!r} can be read by others (mode {mode & 0o777:04o}).",
            fix=f"`chmod 600 {path}`, and think about who may have read it.",
        )
    return _decode(text, f"The key file {str(path)!r}")


def _make(path: Path) -> None:
    """Write a new key to *path* unless there is a file; complete before it has its name."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(LENGTH)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        _name(draft, path)
    except OSError as error:
        raise Misconfigured(
            f"The key file {str(path)!r} cannot be made: {error.strerror}.",
            fix=f"Make its folder writable, or set `REDBUTTON_KEY`, as made by `{MAKE}`.",
        ) from error


def _name(draft: Path, path: Path) -> None:
    """Give *draft* its name; whoever came first at the same moment wins."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _decode(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != LENGTH:
        raise Misconfigured(
            f"{source} is not the base64 of {LENGTH} bytes.",
            fix=f"Make one with `export REDBUTTON_KEY=$({MAKE})`.",
        )
    return key
