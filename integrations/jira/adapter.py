"""The `Tracker` port over Jira Cloud."""

from collections.abc import Sequence

from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, Rejected
from integrations.guard import Guard, Limits
from integrations.jira.adf import document
from integrations.jira.answers import (
    Comment,
    Comments,
    Issue,
    Linked,
    Made,
    Me,
    Transition,
    Transitions,
)
from integrations.jira.bodies import (
    MOVED,
    PROPERTY,
    as_id,
    fields_of,
    id_of,
    link_of,
    mark_of,
    not_on_screen,
    project_of,
    query_of,
    refusal,
)
from integrations.jira.client import JiraClient, Wrong
from integrations.jira.config import JiraConfig
from integrations.jira.errors import classify
from integrations.jira.finding import FIELDS, Finder
from integrations.jira.forms import unfilled
from integrations.jira.together import Together
from integrations.ports.tracker import Ticket, TicketDraft

LIMITS = Limits(slots=16, burst=5)
"""Several incidents may begin in one moment, each with a ticket that takes five calls."""

LOOKS = (0.0, 1.0, 2.0)
"""Seconds before each look for a ticket whose making was not answered."""

MOST_FOUND = 100
NEWEST_COMMENTS = 100
_ASKED = ",".join(FIELDS)


class Jira:
    """See `Tracker`. Must be closed."""

    def __init__(self, config: JiraConfig, clock: Clock, limits: Limits | None = None) -> None:
        self._config = config
        self._clock = clock
        self._guard = Guard("Jira", classify, clock, LIMITS if limits is None else limits)
        self._client = JiraClient(config, self._guard)
        self._finder = Finder(self._client, config.project)
        self._tickets: Together[Ticket] = Together()
        self._moved: Together[Ticket] = Together()
        self._comments: Together[str] = Together()
        self._projects: Together[str] = Together()
        self._account: str | None = None

    @property
    def trouble(self) -> str | None:
        """Say since when Jira has been silent, while nothing is asked of it; else None."""
        return self._guard.trouble

    async def check(self) -> None:
        """Ask who the bot is, also while Jira is silent; raises what `read` raises."""
        self._account = (await self._client.get("myself", Me, insist=True)).account

    async def unfilled(self) -> tuple[str, ...]:
        """Return what a new ticket must have and nobody fills; raises what `read` raises."""
        return await unfilled(self._client, self._config)

    async def account(self) -> str:
        """Return the id of the bot's account at Jira, by which its own changes are known."""
        if self._account is None:
            self._account = (await self._client.get("myself", Me)).account
        return self._account

    @property
    def ourselves(self) -> tuple[str, ...]:
        """Return by what the bot's own changes are known: its e-mail and, once told, its id."""
        return tuple(one for one in (self._config.email, self._account) if one)

    async def close(self) -> None:
        """Let go of Jira."""
        await self._client.close()

    async def create(self, draft: TicketDraft, *, key: str) -> Ticket:
        """See `Tracker.create`.

        Jira knows no keys: the ticket carries this one as a label and as a property, and both are
        looked for before anything is made.
        """
        return await self._tickets.once(key, lambda: self._create(draft, key))

    async def find_created(self, key: str) -> Ticket | None:
        """See `Tracker.find_created`.

        Looks three times within three seconds, past Jira's search, which is behind. None can still
        be wrong where Jira goes on making the ticket after the last look (it had been silent for
        the whole timeout before), where eighty others were made in the project before the search
        took any of them in, or, after a restart, where the draft named another project than the
        settings and the search has not taken it in. Where a project's form has no labels, only the
        newest twenty tickets are looked through.
        """
        await self._tickets.settled(key)
        if (before := self._tickets.of(key)) is not None:
            return before
        project = self._projects.of(key) or self._config.project
        for pause in LOOKS:
            if pause:
                await self._clock.sleep(pause)
            if (found := await self._finder.made_by(key, project)) is not None:
                return self._tickets.keep(key, self._ticket(found))
        return None

    async def read(self, ticket: str) -> Ticket:
        """See `Tracker.read`."""
        return self._ticket(await self._issue(id_of(ticket)))

    async def search(self, words: str, limit: int = 20) -> Sequence[Ticket]:
        """See `Tracker.search`."""
        most = max(1, min(limit, MOST_FOUND))
        if (known := as_id(words)) is not None:
            try:
                return (self._ticket(await self._issue(known)),)
            except Rejected:
                # `covid-19` looks like an id and may still be what somebody wrote.
                pass
        query = query_of(words, self._config.project)
        if query is None:
            return ()
        with self._finder.within(self._config.project):
            found = await self._finder.search(query, most)
        return tuple(self._ticket(issue) for issue in found.issues[:most])

    async def moves(self, ticket: str) -> Sequence[str]:
        """See `Tracker.moves`."""
        ways = await self._ways(id_of(ticket))
        return tuple(dict.fromkeys(way.to.name for way in ways))

    async def move(self, ticket: str, to: str, *, key: str) -> Ticket:
        """See `Tracker.move`. *to* may be what Jira calls the way there, too."""
        known = id_of(ticket)
        return await self._moved.once(key, lambda: self._move(known, to, key))

    async def comment(self, ticket: str, text: str, *, key: str) -> str:
        """See `Tracker.comment`. *key* is looked for among the newest hundred comments."""
        known = id_of(ticket)
        return await self._comments.once(key, lambda: self._comment(known, text, key))

    async def link(self, ticket: str, url: str, title: str, *, key: str) -> None:  # noqa: ARG002  The address itself is the key at Jira.
        """See `Tracker.link`."""
        await self._client.post(f"issue/{id_of(ticket)}/remotelink", Linked, link_of(url, title))

    async def _create(self, draft: TicketDraft, key: str) -> Ticket:
        project = self._projects.keep(key, project_of(draft, self._config))
        if (found := await self._finder.made_by(key, project)) is not None:
            return self._ticket(found)
        fields = fields_of(draft, self._config, key)
        made = await self._propose(fields, key)
        try:
            return self._ticket(await self._issue(made.key))
        except IntegrationError:
            # It was made: that it cannot be read at this moment does not change that.
            return Ticket(id=made.key, url=self._address(made.key), summary=fields["summary"])

    async def _propose(self, fields: dict[str, object], key: str) -> Made:
        """Have the ticket made; once more without what the project's form has no place for."""
        marks = mark_of(key)
        answer = await self._client.propose("issue", Made, {"fields": fields, "properties": marks})
        if isinstance(answer, Wrong):
            off = not_on_screen(answer.fields, fields, self._config)
            if not off:
                raise refusal(answer.fields)
            kept = {name: value for name, value in fields.items() if name not in off}
            answer = await self._client.propose(
                "issue", Made, {"fields": kept, "properties": marks}
            )
        if isinstance(answer, Wrong):
            raise refusal(answer.fields)
        return answer

    async def _move(self, ticket: str, to: str, key: str) -> Ticket:
        before = await self._issue(ticket)
        wanted = to.strip().casefold()
        done = before.properties.get(MOVED) == {"key": key}
        if done or self._ticket(before).status.casefold() == wanted:
            return self._ticket(before)
        ways = await self._ways(ticket)
        by_status = (way for way in ways if way.to.name.casefold() == wanted)
        by_name = (way for way in ways if way.name.casefold() == wanted)
        way = next(by_status, None) or next(by_name, None)
        if way is None:
            raise _no_way(ticket, to, ways)
        await self._go(ticket, way, key)
        try:
            return self._ticket(await self._issue(ticket))
        except IntegrationError:
            # It was moved: that it cannot be read at this moment does not change that.
            return self._ticket(before).model_copy(update={"status": way.to.name})

    async def _go(self, ticket: str, way: Transition, key: str) -> None:
        body = {"transition": {"id": way.id}, "properties": mark_of(key, MOVED)}
        try:
            await self._client.tell(f"issue/{ticket}/transitions", body)
        except Rejected as no:
            raise Rejected(
                no.message, fix=f"Move {ticket} in Jira, where its form can be filled in."
            ) from None

    async def _comment(self, ticket: str, text: str, key: str) -> str:
        known = await self._client.get(
            f"issue/{ticket}/comment",
            Comments,
            expand="properties",
            orderBy="-created",
            maxResults=NEWEST_COMMENTS,
        )
        mark = mark_of(key)[0]
        for comment in known.comments:
            if any(p.model_dump() == mark for p in comment.properties):
                return self._comment_address(ticket, comment)
        made = await self._client.post(
            f"issue/{ticket}/comment", Comment, {"body": document(text), "properties": [mark]}
        )
        return self._comment_address(ticket, made)

    async def _issue(self, ticket: str) -> Issue:
        return await self._client.get(
            f"issue/{ticket}", Issue, fields=_ASKED, properties=f"{PROPERTY},{MOVED}"
        )

    async def _ways(self, ticket: str) -> tuple[Transition, ...]:
        return (await self._client.get(f"issue/{ticket}/transitions", Transitions)).transitions

    def _ticket(self, issue: Issue) -> Ticket:
        fields = issue.fields
        return Ticket(
            id=issue.key,
            url=self._address(issue.key),
            summary=fields.summary,
            status=fields.status.name if fields.status else "",
            type=fields.issuetype.name if fields.issuetype else "",
            assignee=fields.assignee.name if fields.assignee else None,
        )

    def _address(self, ticket: str) -> str:
        return f"{self._config.site}/browse/{ticket}"

    def _comment_address(self, ticket: str, comment: Comment) -> str:
        return f"{self._address(ticket)}?focusedCommentId={comment.id}"


def _no_way(ticket: str, to: str, ways: Sequence[Transition]) -> Rejected:
    names = ", ".join(dict.fromkeys(way.to.name for way in ways))
    return Rejected(
        f"{ticket} cannot be moved to {to[:60]!r} now.",
        fix=f"It can be moved to: {names}." if names else "Nothing leads out of its status now.",
    )
