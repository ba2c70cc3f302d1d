"""Sealing of what is at rest, and digests that only the key's owner can make."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.domain.errors import RedbuttonError

_NONCE = 12
_FORM = b"\x01"
"""Stands before each sealed value, so that another way of sealing can follow this one."""


class Unreadable(RedbuttonError):
    """What is stored was altered, moved, or sealed under another key."""


class Box:
    """Seals with sub-keys of *key* (32 bytes).

    AES-256-GCM with a random nonce; a value opens only at the place it was sealed for.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(_derive(key, b"redbutton store: sealing"))
        self._digests = _derive(key, b"redbutton store: digests")
        self.check = _derive(key, b"redbutton store: check").hex()
        """A value that tells keys apart and gives nothing of them away."""

    def seal(self, text: str, table: str, row: str, column: str) -> bytes:
        """Seal *text* for its place."""
        nonce = os.urandom(_NONCE)
        place = _place(_FORM, table, row, column)
        return _FORM + nonce + self._cipher.encrypt(nonce, text.encode(), place)

    def open(self, sealed: bytes, table: str, row: str, column: str) -> str:
        """Return what was sealed for this place; raise Unreadable for anything else."""
        form, nonce, body = sealed[:1], sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            place = _place(form, table, row, column)
            return self._cipher.decrypt(nonce, body, place).decode()
        except (InvalidTag, ValueError):
            raise Unreadable(
                f"The {column!r} of {table} {row!r} is not as it was written.",
                fix="Restore the store from a backup; `redbutton audit verify` checks the record.",
            ) from None

    def fingerprint(self, *parts: str) -> str:
        """Return 32 hex digits that are always the same for *parts*, and do not betray them."""
        said = "\0".join(parts).encode()
        return hmac.new(self._digests, said, hashlib.sha256).hexdigest()[:32]


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


def _place(form: bytes, table: str, row: str, column: str) -> bytes:
    """Return what is authenticated beside a value: its form, and where it belongs."""
    return form + f"{table}\0{row}\0{column}".encode()
