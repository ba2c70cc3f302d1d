"""The pages: made, found, read, moved on. The half of the adapter that wakes people."""

import contextlib
import hashlib
import re
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, OutcomeUnknown, Rejected, Unreachable
from integrations.guard import Limits
from integrations.pagerduty import reading
from integrations.pagerduty.client import PagerDutyClient
from integrations.pagerduty.config import PagerDutyConfig
from integrations.pagerduty.errors import PagerDutyRejected
from integrations.pagerduty.people import People, SlackId
from integrations.ports import Page, PageState

T = TypeVar("T")

LONGEST_TITLE = 255
"""Characters. PagerDuty names no limit for this title (for an event's it is 1,024); this fits a
phone, and the whole of a longer one stands in the details."""

LONGEST_TEXT = 20_000
"""Characters of details and notes, for which PagerDuty names no limit either."""

MOST = 100
"""The longest page of a list that PagerDuty gives."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WITH_PEOPLE = ["assignees", "acknowledgers"]
_READ_BACK = "Look there for the page before you ask again."


class Paging:
    """See `Pager`: what is about pages."""

    def __init__(
        self,
        config: PagerDutyConfig,
        clock: Clock,
        slack_id: SlackId,
        limits: Limits | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._client = PagerDutyClient(config, clock, limits)
        self._people = People(self._client, config.sender, slack_id)

    async def page(self, service: str, title: str, details: str, *, key: str) -> Page:
        """See `Pager.page`."""
        known("service", service)
        if not key:
            raise Rejected("A page without a key could be made twice.", fix="Give it a key.")
        # PagerDuty lets a key be used again once its page is resolved. Where it cannot be asked,
        # an open page is still protected by the key, and somebody has to be woken.
        with contextlib.suppress(Unreachable):
            if (before := await self.find_page(key)) is not None:
                return before
        try:
            made = await self._create(service, title, details, key)
        except PagerDutyRejected as no:
            if not no.key_is_open:
                raise
            return await self._open_already(key)
        return await self._read_back(made)

    async def find_page(self, key: str) -> Page | None:
        """See `Pager.find_page`."""
        if not key:
            # PagerDuty takes an empty key for no filter at all, and lists everything.
            return None
        pages = await self._client.ask(
            "incidents",
            lambda answer: [
                reading.page(raw) for raw in answer["incidents"] if raw.get("incident_key") == key
            ],
            f"page with the key {key!r}",
            {"incident_key": key, "date_range": "all", "include": _WITH_PEOPLE},
            insist=True,
        )
        if not pages:
            return None
        first = min(pages, key=lambda page: (page.state is PageState.RESOLVED, page.at))
        return await self._people.of_page(first)

    async def read_page(self, page: str) -> Page:
        """See `Pager.read_page`."""
        found = reading.page(await self._raw(page, insist=True))
        return await self._people.of_page(found)

    async def open_pages(self, service: str | None = None) -> Sequence[Page]:
        """See `Pager.open_pages`."""
        query: dict[str, str | int | list[str]] = {
            "statuses": [PageState.TRIGGERED.value, PageState.ACKNOWLEDGED.value],
            "date_range": "all",
            "sort_by": "created_at:desc",
            "limit": MOST,
            "include": _WITH_PEOPLE,
        }
        if service is not None:
            query["service_ids"] = [known("service", service)]
        pages = await self._client.ask(
            "incidents",
            lambda answer: [reading.page(raw) for raw in answer["incidents"]],
            "the open pages",
            query,
        )
        pages.sort(key=lambda page: page.at, reverse=True)
        return await self._people.of_pages(pages)

    async def acknowledge(self, page: str, *, key: str) -> Page:
        """See `Pager.acknowledge`."""
        del key  # What is so already stays so.
        now = reading.page(await self._raw(page))
        # To acknowledge a page that is resolved would open it again.
        if now.state is not PageState.TRIGGERED:
            return await self._people.of_page(now)
        return await self._move(page, {"status": PageState.ACKNOWLEDGED.value})

    async def resolve(self, page: str, *, key: str) -> Page:
        """See `Pager.resolve`."""
        del key  # What is so already stays so.
        now = reading.page(await self._raw(page))
        if now.state is PageState.RESOLVED:
            return await self._people.of_page(now)
        return await self._move(page, {"status": PageState.RESOLVED.value})

    async def escalate(self, page: str, level: int, *, key: str) -> Page:
        """See `Pager.escalate`."""
        del key  # Whoever is assigned already is not woken again.
        raw = await self._raw(page)
        now = reading.page(raw)
        if now.state is PageState.RESOLVED:
            raise _over(page)
        # To escalate what somebody has acknowledged would take it away from them.
        if now.state is PageState.ACKNOWLEDGED:
            return await self._people.of_page(now)
        levels = await self._levels(raw["escalation_policy"]["id"])
        if not levels.get(level):
            manned = ", ".join(map(str, sorted(levels))) or "none"
            raise Rejected(
                f"Nobody is on call on level {level} for the page {page!r}.",
                fix=f"The levels with somebody on call: {manned}.",
            )
        if levels[level] == {one["assignee"]["id"] for one in raw.get("assignments") or ()}:
            return await self._people.of_page(now)
        return await self._move(page, {"escalation_level": level})

    async def call_in(self, page: str, who: str, message: str, *, key: str) -> Page:
        """See `Pager.call_in`."""
        del key  # Whoever is awake already, or was asked in these words, is not woken again.
        known("user", who)
        words = _cut(reading.sound(message), LONGEST_TEXT)
        raw = await self._raw(page)
        now = reading.page(raw)
        if now.state is PageState.RESOLVED:
            raise _over(page)
        if any(one.id == who for one in now.assigned) or _was_asked(raw, who, words):
            return await self._people.of_page(now)
        target = {"responder_request_target": {"id": who, "type": "user_reference"}}
        await self._client.tell(
            f"POST incidents/{page}/responder_requests",
            lambda answer: answer["responder_request"]["message"],
            f"calling in {who!r} for the page {page!r}",
            {
                "requester_id": await self._people.sender_id(),
                "message": words,
                "responder_request_targets": [target],
            },
        )
        return await self._read_back(page)

    async def note(self, page: str, text: str, *, key: str) -> None:
        """See `Pager.note`."""
        about = f"page {known('page', page)!r}"
        # PagerDuty keeps no key with a note, so the note carries a mark of it.
        mark = f"[redbutton {hashlib.sha256(key.encode()).hexdigest()[:10]}]"
        path = f"incidents/{page}/notes"
        noted = await self._client.ask(
            path, lambda answer: [str(one["content"]) for one in answer["notes"]], about
        )
        if any(one.rstrip().endswith(mark) for one in noted):
            return
        content = f"{_cut(reading.sound(text), LONGEST_TEXT)}\n{mark}"
        await self._client.tell(
            f"POST {path}",
            lambda answer: answer["note"]["content"],
            about,
            {"note": {"content": content}},
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def _create(self, service: str, title: str, details: str, key: str) -> str:
        line, details = " ".join(reading.sound(title).split()), reading.sound(details)
        whole = f"{line}\n\n{details}" if len(line) > LONGEST_TITLE else details
        incident = {
            "type": "incident",
            "title": _cut(line, LONGEST_TITLE),
            "service": {"id": service, "type": "service_reference"},
            "urgency": "high",
            "incident_key": key,
            "body": {"type": "incident_body", "details": _cut(whole, LONGEST_TEXT)},
        }
        return await self._client.tell(
            "POST incidents",
            lambda answer: str(answer["incident"]["id"]),
            f"service {service!r}",
            {"incident": incident},
            insist=True,
        )

    async def _open_already(self, key: str) -> Page:
        if (found := await self._after(self.find_page(key))) is not None:
            return found
        raise OutcomeUnknown(
            "PagerDuty says that this page is open already, and does not list it.", fix=_READ_BACK
        )

    async def _read_back(self, page: str) -> Page:
        return await self._after(self.read_page(page))

    async def _after(self, look: Awaitable[T]) -> T:
        """Await *look*, a read after a write: that it failed does not undo the write."""
        try:
            return await look
        except IntegrationError as lost:
            raise OutcomeUnknown(
                f"PagerDuty said yes, and then what came of it could not be read: {lost.message}",
                fix=_READ_BACK,
            ) from lost

    async def _move(self, page: str, change: dict[str, Any]) -> Page:
        try:
            moved = await self._client.tell(
                f"PUT incidents/{page}",
                lambda answer: reading.page(answer["incident"]),
                f"page {page!r}",
                {"incident": {"type": "incident_reference", **change}},
            )
        except PagerDutyRejected as no:
            if not no.so_already:
                raise
            return await self.read_page(page)
        # The answer itself names the people without their e-mails.
        with contextlib.suppress(IntegrationError):
            return await self.read_page(page)
        return moved

    async def _raw(self, page: str, *, insist: bool = False) -> reading.Raw:
        def checked(answer: Any) -> reading.Raw:
            reading.page(answer["incident"])
            return dict(answer["incident"])

        known("page", page)
        return await self._client.ask(
            f"incidents/{page}", checked, f"page {page!r}", {"include": _WITH_PEOPLE}, insist=insist
        )

    async def _levels(self, policy: str) -> dict[int, set[str]]:
        """Return the ids of who is on call by *policy*, by level."""
        shifts = await self._client.ask(
            "oncalls",
            lambda answer: [reading.shift(raw) for raw in answer["oncalls"]],
            f"escalation policy {policy!r}",
            {"escalation_policy_ids": [policy], "limit": MOST},
        )
        levels: dict[int, set[str]] = {}
        for shift in shifts:
            levels.setdefault(shift.level, set()).add(shift.who.id)
        return levels


def known(what: str, typed: str) -> str:
    """Return the id *typed*; raises Rejected where PagerDuty has no such ids.

    An id becomes part of an address, where `..` or nothing at all would ask for something else.
    """
    if _ID.fullmatch(typed):
        return typed
    raise Rejected(
        f"PagerDuty has no {what} {typed[:LONGEST_TITLE]!r}.",
        fix="An id has letters and digits, like `PIJ90N7`.",
    )


def _over(page: str) -> Rejected:
    return Rejected(f"The page {page!r} is resolved.", fix="Make a new page.")


def _was_asked(raw: reading.Raw, who: str, words: str) -> bool:
    """Say whether *who* was called in with these *words*, whatever they answered."""
    return any(
        one["user"]["id"] == who and one.get("message") == words for one in reading.called_in(raw)
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
