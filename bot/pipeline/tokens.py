"""Personal tokens: by one a person is known where Slack cannot say who they are.

A token opens the web form for declaring an incident and nothing else. Only its hash is kept. It
counts while it is neither expired nor revoked and the settings still map the user of the operating
system, for whom it was made, to the same person.

While Slack answers, who holds a token is whom Slack says they are: a guest or an account that is
switched off stays what it is. While Slack is silent and what was known of the person is too old,
the name sealed in the token stands for them, without any group, and for declaring by the web form
alone: the least that a rule can be asked about. That somebody who has left since could still sound
the alarm is the price; the alarm says `by token` after their name, and taking them out of
`cli.users` ends it. The record says which token was shown, whether Slack answers or not.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.domain.actor import Actor
from bot.domain.clock import Clock
from bot.domain.errors import BadRequest, NotAllowed, Unreachable
from bot.domain.invocation import Origin, Surface
from bot.domain.record import Stage
from bot.pipeline.incident_words import DECLARE
from bot.pipeline.protocols import Book, Directory, Entry
from bot.pipeline.recording import own_event

LONGEST = 365
"""Days for which a token can be good."""

AFTER_NAME = " (by token)"
_PREFIX = "rbt_"
_BYTES = 32


class Token(BaseModel):
    """What is kept of a token: whose it is and until when. *id* tells it from others."""

    model_config = ConfigDict(frozen=True)

    id: str
    team: str
    user: str
    name: str
    os_user: str
    made: AwareDatetime
    expires: AwareDatetime


class TokenShelf(Protocol):
    """The store, as tokens see it. Each method is one transaction; each raises NotNow."""

    async def keep(self, digest: str, token: Token) -> None:
        """Keep *token* under *digest*."""
        ...

    async def find(self, digest: str) -> Token | None:
        """Return the token under *digest*."""
        ...

    async def listed(self) -> Sequence[tuple[str, Token]]:
        """Return all tokens with their digests, the oldest first."""
        ...

    async def drop(self, digest: str) -> None:
        """Forget the token under *digest*."""
        ...


@dataclass(frozen=True)
class Tokens:
    """Makes, lists, revokes and knows tokens. *users* maps the machine's users to Slack ids."""

    shelf: TokenShelf
    directory: Directory
    book: Book
    clock: Clock
    users: Mapping[str, str]

    async def make(self, os_user: str, team: str, user: str, days: int) -> tuple[str, Token]:
        """Return a new secret for *user*, which is never shown again, and what is kept of it.

        Raises NotAllowed where Slack does not say who *user* is, or says it is no full member.
        """
        if not 1 <= days <= LONGEST:
            raise BadRequest(
                f"A token cannot be good for '{days}' days.",
                fix=f"Take 1 to {LONGEST}: `--days 30`.",
            )
        actor = await self.directory.actor(team, user)
        if actor.guest or actor.external or actor.bot:
            raise NotAllowed(
                f"{actor.name} is no full member of the workspace, so no token is made.",
                fix="Ask a member to declare it.",
            )
        secret = _PREFIX + secrets.token_urlsafe(_BYTES)
        digest, now = _digest(secret), self.clock.now()
        token = Token(
            id=digest[:8],
            team=team,
            user=user,
            name=actor.name,
            os_user=os_user,
            made=now,
            expires=now + timedelta(days=days),
        )
        await self._forget_old(now)
        await self.shelf.keep(digest, token)
        await self._record("token made", token, user)
        return secret, token

    async def mine(self, user: str | None) -> Sequence[Token]:
        """Return the tokens of *user* that count, the oldest first; everybody's for None."""
        known = (token for _, token in await self.shelf.listed())
        return [t for t in known if self._counts(t) and user in (None, t.user)]

    async def revoke(self, token: str, user: str | None, by: str) -> Token:
        """Make the token with the id *token* count no more; of *user* alone, unless that is None.

        *by* is who does it, for the record. Raises BadRequest where there is none.
        """
        for digest, known in await self.shelf.listed():
            if known.id == token and user in (None, known.user):
                await self.shelf.drop(digest)
                await self._record("token revoked", known, by)
                return known
        raise BadRequest(
            f"There is no token {token[:20]!r} of yours.",
            fix="`redbutton token --list` shows them.",
        )

    async def holder(self, secret: str) -> Token | None:
        """Return what is kept of the token *secret*, if it counts."""
        digest = _digest(secret.strip())
        found = await self.shelf.find(digest)
        # The store compares the whole digest; this says so whatever the store may do.
        same = found is not None and hmac.compare_digest(found.id, digest[:8])
        return found if same and found is not None and self._counts(found) else None

    async def vouched(self, origin: Origin, operation: str, why: NotAllowed) -> Actor | None:
        """Return who asks, by their token, where *why* is nothing but Slack's silence.

        None for anything but declaring by the web form.
        """
        silent = isinstance(why.__cause__, TimeoutError | Unreachable)
        if not silent or origin.surface is not Surface.WEB or operation != DECLARE:
            return None
        held = (t for t in await self.mine(origin.user) if t.team == origin.team)
        known = next((t for t in held if t.id == origin.token), None)
        if known is None:
            return None
        return Actor(
            team=origin.team,
            id=origin.user,
            name=known.name + AFTER_NAME,
            vouched=f"token {known.id}",
        )

    def _counts(self, token: Token) -> bool:
        mapped = self.users.get(token.os_user) == token.user
        return mapped and self.clock.now() < token.expires

    async def _forget_old(self, now: datetime) -> None:
        for digest, token in await self.shelf.listed():
            if token.expires <= now:
                await self.shelf.drop(digest)

    async def _record(self, did: str, token: Token, by: str) -> None:
        told = own_event(
            Stage.CONFIG_CHANGED,
            self.clock,
            actor=by,
            did=did,
            token=token.id,
            user=token.user,
            os_user=token.os_user,
            expires=token.expires.isoformat(),
        )
        team = replace(told, team=token.team)
        await self.book.write(None, Entry(events=(team,)))


def _digest(secret: str) -> str:
    """Return the hash that is kept; 32 random bytes need no slow one."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
