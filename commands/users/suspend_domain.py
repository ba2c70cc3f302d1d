"""Suspend every account at a domain."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.authoring import Context, Params, Refused, Result, Risk, StepRule, operation
from commands.users.accounts import Backoffice, like_at
from integrations.ports import Database

ACTIVE_AT = (
    "SELECT email FROM account "
    "WHERE lower(email) LIKE :at ESCAPE '!' AND state = 'active' ORDER BY email"
)
# It always meets one row, so that an account which somebody else has suspended since it was found
# does not end the run; that one keeps its own note.
SUSPEND_ANYWAY = (
    "UPDATE account SET note = CASE state WHEN 'active' THEN :note ELSE note END, "
    "state = 'suspended' WHERE email = :email"
)
MOST_PAUSES = 3000
"""Seconds of pauses that a run has room for, beside the changes themselves."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


def _domain(words: str) -> str:
    if not _DOMAIN.fullmatch(words.lower()):
        raise ValueError("give a domain like shop.example, without @")
    return words.lower()


class SuspendDomain(Params):
    domain: Annotated[str, AfterValidator(_domain)] = Field(max_length=253)
    """Everybody whose e-mail is at this domain: `shop.example`, without @."""

    reason: str = Field(min_length=5, max_length=500)
    """Why, in one sentence. It is kept with each account and in the record."""

    pause: int = Field(1, ge=0, le=30)
    """Seconds between two accounts, so that a mistake can still be stopped."""


async def active_at(domain: str, db: Database) -> list[str]:
    """Return the e-mails of the active accounts at *domain*."""
    return [str(row["email"]) for row in await db.rows(ACTIVE_AT, at=like_at(domain))]


async def suspends(params: SuspendDomain, *, db: Backoffice) -> list[tuple[str, ...]]:
    """Return the accounts that would change."""
    found = await active_at(params.domain, db)
    return [("account", "now", "then"), *((email, "active", "suspended") for email in found)]


@operation(
    "users.suspend_domain", risk=Risk.DISRUPT, target="domain", preview=suspends, timeout=3600
)
async def suspend_domain(params: SuspendDomain, ctx: Context, *, db: Backoffice) -> Result:
    """Suspend every active account at a domain, one after the other.

    Cancelling stops it before the next account; `users.resume` lets somebody in again.
    """
    found = await ctx.step("Find the accounts", active_at, params.domain, db)
    _check(params, len(found))
    acted = False

    async def suspend(email: str, *, key: str) -> int:
        nonlocal acted
        acted = True
        return await db.change(SUSPEND_ANYWAY, key=key, expect=1, email=email, note=params.reason)

    rule = StepRule(find=db.find_change)
    for number, email in enumerate(found, 1):
        await ctx.step(f"Suspend account {number} of {len(found)}", suspend, email, rule=rule)
        # What an earlier life of this run has done is passed over without a pause.
        if acted and number < len(found):
            await ctx.progress(f"{number} of {len(found)} accounts are suspended.")
            await ctx.clock.sleep(params.pause)
    return Result(_told(len(found), params.domain), table=_table(found))


def _check(params: SuspendDomain, count: int) -> None:
    """Raise Refused where there is nobody, or more than a run has time for."""
    if not count:
        raise Refused(
            f"No account at {params.domain} is active, so nothing was changed.",
            fix=f"`/ops users.find {params.domain}` shows every account there.",
        )
    if (count - 1) * params.pause > MOST_PAUSES:
        raise Refused(
            f"{count:,} accounts with a pause of {params.pause} s take longer than a run may.",
            fix=f"Ask again with a pause of at most {MOST_PAUSES // (count - 1)} s.",
        )


def _told(count: int, domain: str) -> str:
    what = "1 account at" if count == 1 else f"{count:,} accounts at"
    return f"{what} {domain} {'is' if count == 1 else 'are'} suspended."


def _table(emails: list[str]) -> tuple[tuple[str, ...], ...]:
    return (("account", "now"), *((email, "suspended") for email in emails))
