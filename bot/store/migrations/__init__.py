"""The tables' versions. Alembic is imported only where there is something to do: it is slow."""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from bot.domain.errors import Misconfigured
from bot.store import places

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""All versions of the tables, oldest first."""

_ONE_AT_A_TIME = (
    text("SET LOCAL lock_timeout = '60s'"),
    # Whoever comes second finds everything done. The number is ours: "redbutto" in ASCII.
    text("SELECT pg_advisory_xact_lock(8243105067011699823)"),
)
_VERSION = text("SELECT version_num FROM alembic_version")


def current(engine: Engine) -> str | None:
    """Return the version of the tables that are there, or None where there are none yet."""
    with engine.connect() as connection, connection.begin():
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.execute(_VERSION).scalar()
        return version


def pending(engine: Engine) -> tuple[str, ...]:
    """Return the versions to be applied; raise Misconfigured for a store newer than we are."""
    version = current(engine)
    if version is None:
        return REVISIONS
    if version not in REVISIONS:
        raise Misconfigured(
            f"The store's tables have version {version!r}, which this program does not know.",
            fix=f"Run a newer Redbutton; this one knows versions up to {REVISIONS[-1]!r}.",
        )
    return REVISIONS[REVISIONS.index(version) + 1 :]


def upgrade(engine: Engine) -> None:
    """Apply what is pending: all of it, or nothing."""
    from alembic import command  # noqa: PLC0415  Its import takes longer than a whole start.
    from alembic.config import Config  # noqa: PLC0415  As above.

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            for statement in _ONE_AT_A_TIME:
                connection.execute(statement)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def pending_at(where: Path | str) -> tuple[str, ...]:
    """Return the versions to be applied to the store *where*, which is there.

    Raises Misconfigured where it cannot be opened, or is newer than we are.
    """
    place = places.place_of(where)
    writing, reading = places.engines(place)
    try:
        with places.opening(place):
            return pending(reading)
    finally:
        writing.dispose()
        reading.dispose()


def check(engine: Engine, *, migrate: bool) -> None:
    """See that nothing is pending: apply it if *migrate*, else raise Misconfigured."""
    waiting = pending(engine)
    if waiting and not migrate:
        raise Misconfigured(
            f"The store's tables lack version {waiting[-1]!r}.", fix="Run `redbutton migrate`."
        )
    if waiting:
        upgrade(engine)
