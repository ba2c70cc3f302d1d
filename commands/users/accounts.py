"""What the operations on accounts share: the field, the statements, the looks."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from pydantic import AfterValidator

from bot.authoring import Email, Option, Options, Params, Personal, Refused, Undo
from integrations.ports import Database

Backoffice = Annotated[Database, "backoffice"]

FIND = (
    "SELECT email, name, state, note FROM account "
    "WHERE lower(email) LIKE :like ESCAPE '!' OR lower(name) LIKE :like ESCAPE '!' ORDER BY email"
)
FIRST = f"{FIND} LIMIT 20"
ONE = "SELECT state FROM account WHERE email = :email"
SUSPEND = (
    "UPDATE account SET state = 'suspended', note = :note WHERE email = :email AND state = 'active'"
)
ACTIVATE = (
    "UPDATE account SET state = 'active', note = :note WHERE email = :email AND state = 'suspended'"
)
RESUME = Undo("users.resume", ("user",))


def like(fragment: str) -> str:
    """Return the pattern that finds *fragment* anywhere, as it stands."""
    return f"%{_as_it_stands(fragment)}%"


def like_at(domain: str) -> str:
    """Return the pattern that finds the addresses at *domain*, and none at a domain below it."""
    return f"%@{_as_it_stands(domain)}"


def _as_it_stands(words: str) -> str:
    """Return the pattern that finds *words* alone."""
    escaped = words.strip().lower()
    for special in "!%_":
        escaped = escaped.replace(special, f"!{special}")
    return escaped


async def offer_accounts(typed: str, *, db: Backoffice) -> Sequence[Option]:
    """Return accounts whose e-mail or name holds what was *typed*."""
    rows = await db.rows(FIRST, like=like(typed))
    return [Option(str(r["email"]), f"{r['name']} ({r['state']})"[:75]) for r in rows]


User = Annotated[Personal[Email], AfterValidator(str.lower), Options(offer_accounts)]
"""An account by its e-mail, offered by name or e-mail as one types."""


class OneAccount(Params):
    """Acts on one account."""

    user: User
    """The account's e-mail; in the form, type a part of the e-mail or name."""


async def state_of(db: Database, email: str) -> str | None:
    """Return the state of the account *email*, or None if there is none."""
    rows = await db.rows(ONE, email=email)
    return str(rows[0]["state"]) if rows else None


async def must_be(state: str, email: str, db: Database) -> None:
    """Raise Refused unless the account *email* is in *state*."""
    now = await state_of(db, email)
    if now is None:
        raise Refused(
            f"There is no account {email!r}.", fix="`/ops users.find` finds one by a part of it."
        )
    if now != state:
        raise Refused(
            f"{email} is {now} already, so nothing was changed.",
            fix=f"`/ops users.find {email}` shows the account and its note.",
        )


def preview_of(state: str) -> Callable[..., Awaitable[list[tuple[str, ...]]]]:
    """Return a preview of an account's becoming *state*."""

    async def preview(params: OneAccount, *, db: Backoffice) -> list[tuple[str, ...]]:
        now = await state_of(db, params.user)
        return [("account", "now", "then"), *([(params.user, now, state)] if now else [])]

    return preview


def probe_of(state: str) -> Callable[..., Awaitable[bool | None]]:
    """Return a probe that tells whether an account has become *state*."""

    async def probe(params: OneAccount, *, db: Backoffice) -> bool | None:
        return await state_of(db, params.user) == state

    return probe


suspends, suspended = preview_of("suspended"), probe_of("suspended")
resumes, resumed = preview_of("active"), probe_of("active")
