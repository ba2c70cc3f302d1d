"""Why a PostgreSQL database cannot be opened, in words that never hold its password."""

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import Misconfigured
from bot.store import postgres


def shown(url: URL) -> str:
    """Return *url* as it may be shown: the database and its server."""
    hosts = url.query.get("host", ())
    host = url.host or (hosts if isinstance(hosts, str) else ",".join(hosts)) or "localhost"
    return f"{url.database or url.username or ''} at {host}{f':{url.port}' if url.port else ''}"


def checked(url: URL) -> URL:
    """Return *url*; raise Misconfigured where a part of its password would be taken for a host."""
    if "@" in (url.host or ""):
        raise Misconfigured(
            "`DATABASE_URL` holds more than one '@', so its password ends too early.",
            fix="Write an `@` of the password as `%40`.",
        )
    return url


def encoding(engine: Engine, url: URL) -> None:
    """Raise Misconfigured unless the database takes every character."""
    with engine.connect() as connection, connection.begin():
        told = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if told != "UTF8":
        raise Misconfigured(
            f"The database {shown(url)!r} has the encoding {told!r}, which lacks characters.",
            fix="Make one with `createdb --encoding=UTF8 --template=template0`.",
        )


def refused(error: DBAPIError, url: URL, why: str) -> Misconfigured:
    """Return what is told of *error*, for which *why* is the cause in general."""
    name, role = shown(url), url.username or ""
    match postgres.refusal(error):
        case "role":
            return Misconfigured(
                f"The database {name!r} refuses the role {role!r}, or its password.",
                fix="Put the right ones into `DATABASE_URL`; `psql` with the same URL tells more.",
            )
        case "database":
            return Misconfigured(
                f"There is no database {name!r}.",
                fix=f"Make it with `createdb {url.database}`, or name another in `DATABASE_URL`.",
            )
        case "rights":
            return Misconfigured(
                f"The role {role!r} has not the rights it needs in the database {name!r}.",
                fix=f"As its owner, run `redbutton migrate --role {role}`.",
            )
        case "option":
            return Misconfigured(
                f"`DATABASE_URL`, which names {name!r}, has an option PostgreSQL does not know.",
                fix="Correct what follows the `?`; `sslmode=require` is an option.",
            )
        case _:
            return Misconfigured(
                f"The database {name!r} cannot be opened: {why}.",
                fix="Start its server, or name another in `DATABASE_URL`; "
                "`psql` with the same URL tells more.",
            )
