"""The `Pager` and `Rota` ports over PagerDuty."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.domain.errors import Rejected
from integrations.pagerduty import reading
from integrations.pagerduty.paging import LONGEST_TITLE, MOST, Paging, known
from integrations.ports import Override, PagedService, Responder, Shift

T = TypeVar("T")

MOST_SHIFTS = 1_000
"""On-call entries that are read for one answer. An account may have many thousands."""

APART = timedelta(minutes=1)
"""By how much PagerDuty's clock may be ahead of ours."""


class PagerDuty(Paging):
    """See `Pager` and `Rota`. *slack_id* tells who somebody is in Slack, by e-mail."""

    @property
    def trouble(self) -> str | None:
        """Say since when PagerDuty has been silent, while nothing is asked of it; else None."""
        return self._client.guard.trouble

    async def check(self) -> None:
        """See that PagerDuty takes the key and knows the sender; raises what `page` raises."""
        await self._client.ask("abilities", lambda answer: answer["abilities"], "the account")
        await self._people.sender_id()

    async def services(self, typed: str = "") -> Sequence[PagedService]:
        """See `Pager.services`."""
        words = reading.sound(typed).strip()[:LONGEST_TITLE]
        named, itself = await asyncio.gather(self._named(words), self._by_id(words))
        return [*itself, *(one for one in named if one not in itself)][:MOST]

    async def shifts(self, service: str | None = None) -> Sequence[Shift]:
        """See `Pager.shifts`."""
        only = {} if service is None else {"escalation_policy_ids": [await self._policy(service)]}
        found = await self._on_call(reading.shift, only)
        distinct = {(s.who.id, s.covers, s.level): s for s in found}
        shifts = sorted(distinct.values(), key=lambda shift: shift.level)
        return await self._people.of_shifts(shifts, with_phones=service is not None)

    async def person(self, email: str) -> Responder | None:
        """See `Pager.person`."""
        found = await self._people.find(email)
        return None if found is None else await self._people.known(found)

    async def on_call(self) -> Mapping[str, frozenset[str]]:
        """See `Rota.on_call`."""
        rosters = self._config.rosters
        if not rosters:
            return {}
        only = {"schedule_ids": sorted(set(rosters.values()))}
        found = await self._on_call(reading.covered, only)
        slack = await self._people.in_slack(who.email for _, who in found)
        return {
            roster: frozenset(
                slack[who.email]
                for schedule, who in found
                if schedule == wanted and who.email in slack
            )
            for roster, wanted in rosters.items()
        }

    async def override(
        self, schedule: str, who: str, starts: datetime, ends: datetime, *, key: str
    ) -> Override:
        """See `Pager.override`."""
        del key  # The same person for the same time is the same override.
        known("schedule", schedule), known("user", who)
        since, until = reading.text_of(starts), reading.text_of(ends)
        if since >= until:
            raise Rejected(
                f"An override from {since} to {until} has no time in it.",
                fix="Let it end after it starts.",
            )
        about = f"schedule {schedule!r}"
        there = await self._client.ask(
            f"schedules/{schedule}/overrides",
            lambda answer: [reading.override(raw, schedule) for raw in answer["overrides"]],
            about,
            {"since": since, "until": until},
        )
        made = next((one for one in there if self._is(one, who, since, until)), None)
        if made is None:
            made = await self._override(schedule, who, since, until)
        return made.model_copy(update={"who": await self._people.known(made.who)})

    async def _override(self, schedule: str, who: str, since: str, until: str) -> Override:
        def one(answer: Any) -> Override | str:
            first = answer[0]
            if first["status"] >= 400:  # noqa: PLR2004  HTTP's line between yes and no.
                return "; ".join(map(str, first.get("errors") or ["it says no more"]))
            return reading.override(first["override"], schedule)

        user = {"id": who, "type": "user_reference"}
        said = await self._client.tell(
            f"POST schedules/{schedule}/overrides",
            one,
            f"schedule {schedule!r}",
            {"overrides": [{"start": since, "end": until, "user": user}]},
        )
        if isinstance(said, str):
            raise Rejected(
                f"PagerDuty refused the override of {schedule!r}: {said[:200].rstrip('.')}.",
                fix="Change what it names, then ask again.",
            )
        return said

    def _is(self, there: Override, who: str, since: str, until: str) -> bool:
        """Say whether *there* is the override asked for; PagerDuty moves a past start to now."""
        starts, ends = reading.moment(since), reading.moment(until)
        latest = max(starts, self._clock.now().astimezone(UTC) + APART)
        return there.who.id == who and there.ends == ends and starts <= there.starts <= latest

    async def _named(self, words: str) -> list[PagedService]:
        query = {"query": words} if words else {}
        return await self._client.ask(
            "services",
            lambda answer: [reading.service(raw) for raw in answer["services"]],
            "the services",
            {"limit": MOST, "sort_by": "name", **query},
        )

    async def _by_id(self, words: str) -> list[PagedService]:
        # Every id has this form (developer.pagerduty.com: ids of 7 or 14 characters from P or Q).
        if not (words.isalnum() and words.isascii() and words[0] in "PQ" and words.isupper()):
            return []
        with contextlib.suppress(Rejected):
            return [
                await self._client.ask(
                    f"services/{words}",
                    lambda answer: reading.service(answer["service"]),
                    f"service {words!r}",
                )
            ]
        return []

    async def _policy(self, service: str) -> str:
        return await self._client.ask(
            f"services/{known('service', service)}",
            lambda answer: str(answer["service"]["escalation_policy"]["id"]),
            f"service {service!r}",
        )

    async def _on_call(
        self, read: Callable[[reading.Raw], T], only: Mapping[str, list[str]]
    ) -> list[T]:
        """Return what *read* makes of the entries of who is on call now."""
        found: list[T] = []
        more = True
        while more and len(found) < MOST_SHIFTS:
            part, more = await self._client.ask(
                "oncalls",
                lambda answer: ([read(raw) for raw in answer["oncalls"]], bool(answer["more"])),
                "who is on call",
                {"include": ["users"], "limit": MOST, "offset": len(found), **only},
            )
            # What says that there is more and gives nothing would be asked for ever.
            more = more and bool(part)
            found += part
        return found
