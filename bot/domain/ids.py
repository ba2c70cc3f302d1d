"""Ids that sort by the time they were made (RFC 9562, version 7)."""

import secrets
from datetime import datetime
from uuid import UUID

_VERSION_AND_VARIANT = (0x7 << 76) | (0x2 << 62)
_RANDOM_BITS = ~((0xF << 76) | (0x3 << 62)) & ((1 << 80) - 1)


def new_id(at: datetime) -> str:
    """Make an id for something that began *at*, 36 characters."""
    milliseconds = int(at.timestamp() * 1000)
    tail = secrets.randbits(80) & _RANDOM_BITS | _VERSION_AND_VARIANT
    return str(UUID(int=(milliseconds << 80) | tail))


def short(identifier: str) -> str:
    """Return the part of *identifier* that people read out: its last eight characters."""
    return identifier[-8:]
