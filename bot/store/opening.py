"""Whether a store is ours: of this version, under this key."""

from pathlib import Path

from sqlalchemy import URL, Engine, select
from sqlalchemy.dialects.postgresql import insert

from bot.domain.errors import Misconfigured
from bot.store import migrations, places, refusals
from bot.store.sealed import Box
from bot.store.tables import meta

_CHECK = select(meta.c.value).where(meta.c.name == "key_check")
# Both databases spell it alike.
_FIRST = insert(meta).on_conflict_do_nothing(index_elements=["name"])


def prepare(engine: Engine, place: Path | URL, box: Box, *, migrate: bool) -> None:
    """Make the store where there is none, bring it up to date and compare keys.

    Raises Misconfigured.
    """
    with places.opening(place):
        if isinstance(place, Path):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.touch(mode=0o600)
        else:
            refusals.encoding(engine, place)
        migrations.check(engine, migrate=migrate)
        _compare_keys(engine, box, place)


def _compare_keys(engine: Engine, box: Box, place: Path | URL) -> None:
    with engine.connect() as connection, connection.begin():
        known = connection.execute(_CHECK).scalar()
        if known is None:
            connection.execute(_FIRST, {"name": "key_check", "value": box.check})
            # Another process may have been first in the same moment.
            known = connection.execute(_CHECK).scalar()
    if known != box.check:
        raise Misconfigured(
            f"The store {places.shown(place)!r} was sealed under another key.",
            fix="Set `REDBUTTON_KEY`, or the key file, to the key it was made with.",
        )
