"""Who the people of PagerDuty are: their e-mails, phones, and who they are in Slack."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from bot.domain.errors import IntegrationError, NotConfigured
from integrations.pagerduty import reading
from integrations.pagerduty.client import PagerDutyClient
from integrations.ports import Page, Responder, Shift

SlackId = Callable[[str], Awaitable[str | None]]

MOST_LOOKED_UP = 10
"""People of whom more is asked for one answer; each costs a call."""

PATIENCE = 2.0
"""Seconds that are waited for Slack: who somebody is there matters less than the answer."""


class People:
    """Knows more of somebody than PagerDuty's references tell."""

    def __init__(self, client: PagerDutyClient, sender: str, slack_id: SlackId) -> None:
        self._client = client
        self._sender = sender
        self._slack_id = slack_id
        self._sender_id = ""

    async def find(self, email: str) -> Responder | None:
        """Return whom PagerDuty knows by exactly this *email*."""
        wanted = email.strip().casefold()
        if not wanted:
            return None
        found = await self._client.ask(
            "users",
            lambda answer: [reading.responder(raw) for raw in answer["users"]],
            f"user {email!r}",
            {"query": wanted, "limit": 100, "include": ["contact_methods"]},
        )
        return next((one for one in found if one.email.casefold() == wanted), None)

    async def sender_id(self) -> str:
        """Return the id of the user in whose name the bot acts. Raises NotConfigured."""
        if not self._sender_id:
            found = await self.find(self._sender)
            if found is None:
                raise NotConfigured(
                    f"PagerDuty has no user {self._sender!r}, which `PAGERDUTY_FROM` names.",
                    fix="Set the e-mail of one of its users; what the bot does is shown in that "
                    "name.",
                )
            self._sender_id = found.id
        return self._sender_id

    async def of_pages(self, pages: Sequence[Page]) -> list[Page]:
        """Return *pages* with what is known of their people."""
        known = await self._known([who for page in pages for who in page.assigned])
        return [
            page.model_copy(update={"assigned": tuple(known[who.id] for who in page.assigned)})
            for page in pages
        ]

    async def of_page(self, page: Page) -> Page:
        """Return *page* with what is known of its people."""
        return (await self.of_pages([page]))[0]

    async def of_shifts(self, shifts: Sequence[Shift], *, with_phones: bool) -> list[Shift]:
        """Return *shifts* with what is known of their people; phones only for a few."""
        known = await self._known([shift.who for shift in shifts], with_phones=with_phones)
        return [shift.model_copy(update={"who": known[shift.who.id]}) for shift in shifts]

    async def known(self, who: Responder) -> Responder:
        """Return *who* with their id in Slack."""
        return (await self._known([who]))[who.id]

    async def in_slack(self, emails: Iterable[str]) -> Mapping[str, str]:
        """Return the Slack ids by e-mail, of those who are found in time."""
        found: dict[str, str] = {}

        async def find(email: str) -> None:
            # Whatever goes wrong in Slack is no reason to withhold what PagerDuty said.
            with contextlib.suppress(Exception):
                if known := await self._slack_id(email):
                    found[email] = known

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(find(email) for email in {*emails} - {""}))
        return found

    async def _known(
        self, people: Iterable[Responder], *, with_phones: bool = False
    ) -> dict[str, Responder]:
        by_id = {who.id: who for who in people}
        wanting = [who for who in by_id.values() if with_phones or not who.email]
        for found in await asyncio.gather(*map(self._more, wanting[:MOST_LOOKED_UP])):
            by_id[found.id] = found
        slack = await self.in_slack(who.email for who in by_id.values())
        return {
            key: who.model_copy(update={"slack": slack.get(who.email)})
            for key, who in by_id.items()
        }

    async def _more(self, who: Responder) -> Responder:
        try:
            return await self._client.ask(
                f"users/{who.id}",
                lambda answer: reading.responder(answer["user"]),
                f"user {who.id!r}",
                {"include": ["contact_methods"]},
            )
        except IntegrationError:
            return who
