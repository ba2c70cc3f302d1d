"""Brings people into a room, so that one whom Slack will not have does not hold the others."""

from collections.abc import Sequence

from bot.domain.clock import Clock
from integrations.ports.chat import Invited
from integrations.slack.client import SlackClient
from integrations.slack.errors import RateLimited, SlackRejected
from integrations.slack.listing import PATIENCE, PAUSES
from integrations.slack.refusals import NOT_BROUGHT, rejected

BATCH = 100
"""docs.slack.dev: conversations.invite, `users`."""

_INSIDE = frozenset({"already_in_channel", "cant_invite_self"})
_ABOUT_PEOPLE = _INSIDE | NOT_BROUGHT.keys() | {"failed_for_some_users", "users_not_found"}


class Inviting:
    """One invitation of many people into one room."""

    def __init__(self, client: SlackClient, clock: Clock, room: str) -> None:
        self._client = client
        self._clock = clock
        self._room = room
        self._inside: list[str] = []
        self._outside: dict[str, str] = {}

    async def bring(self, people: Sequence[str]) -> Invited:
        """Bring *people* in who are not there yet, and say who is."""
        for start in range(0, len(people), BATCH):
            await self._bring(people[start : start + BATCH])
        return Invited(inside=tuple(self._inside), outside=self._outside)

    async def _bring(self, people: Sequence[str]) -> None:
        """Bring *people* in; Slack takes all of them or none, so halves are tried after a no."""
        try:
            outside = await self._ask(people)
        except SlackRejected as no:
            if no.code not in _ABOUT_PEOPLE:
                raise rejected(no, "bring people into the channel") from no
            if len(people) == 1:
                self._note(people[0], no.code)
                return
            middle = len(people) // 2
            await self._bring(people[:middle])
            await self._bring(people[middle:])
            return
        for person in people:
            self._note(person, outside.get(person, "already_in_channel"))

    async def _ask(self, people: Sequence[str]) -> dict[str, str]:
        """Ask Slack; return whom it took out of a request that it granted, and its words."""
        asked = {"channel": self._room, "users": ",".join(people)}
        for _ in range(PAUSES):
            try:
                answer = await self._client.write("conversations.invite", **asked)
                break
            except RateLimited as busy:
                if (busy.retry_after or 1.0) > PATIENCE:
                    raise
                await self._clock.sleep(busy.retry_after or 1.0)
        else:
            answer = await self._client.write("conversations.invite", **asked)
        several = answer.get("errors") or ()
        return {str(one.get("user")): str(one.get("error")) for one in several}

    def _note(self, person: str, code: str) -> None:
        if code in _INSIDE:
            self._inside.append(person)
        else:
            self._outside[person] = NOT_BROUGHT.get(code, f"Slack answered {code!r}.")
