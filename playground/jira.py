"""A pretend Jira Cloud: tickets, comments, links, a search that is behind, and webhooks."""

import base64
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Self

from typing_extensions import override

from bot.domain.clock import Clock
from playground import jira_words as words
from playground.jira_forms import (
    checked,
    edited,
    form_of,
    kinds_of,
    known_fields,
    properties_of,
)
from playground.jira_hooks import Delivery, Hooks
from playground.jira_jql import found
from playground.jira_tickets import (
    WORKFLOW,
    Link,
    PretendTicket,
    Project,
    Remark,
    Somebody,
    plain,
    said,
    wrong,
)
from playground.vendor import Act, Said, Sent, Vendor, VendorError

EMAIL, TOKEN = "redbutton@example.com", "pretend-jira-token"
BOT = Somebody("Redbutton")
TYPES = ("Task", "Bug", "Story")
_ISSUE = "/rest/api/3/issue/{issueIdOrKey}"
_FORMS = "/rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes"
_MOST_AT_ONCE = 100


class PretendJira(Vendor):
    """Answers as Jira Cloud's REST API v3 does, with one project, `OPS`, to begin with.

    *index_lag* is how many seconds by its clock a new ticket stays unknown to the search.
    """

    name = "jira"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.email, self.token = EMAIL, TOKEN
        self.tickets: list[PretendTicket] = []
        self.index_lag = 0.0
        self.projects: dict[str, Project] = {}
        self.add_project("OPS", "Operations")
        self._hooks = Hooks()
        self._numbers = 10000

    @property
    def deliveries(self) -> list[Delivery]:
        """Return the webhooks that were sent, oldest first."""
        return list(self._hooks.deliveries)

    def add_project(
        self,
        key: str,
        name: str,
        required_fields: Mapping[str, str] | None = None,
        other_fields: Mapping[str, str] | None = None,
    ) -> Project:
        """Add a project whose form has these fields, ids to names, beside Jira's own."""
        required, others = required_fields or {}, other_fields or {}
        self.projects[key] = Project(key, name, required, TYPES, known_fields(required, others))
        return self.projects[key]

    def hide_field(self, project: str, field: str) -> None:
        """Take *field* off the form of *project*."""
        self.projects[project].known.discard(field)

    def hook(self, url: str, secret: str) -> None:
        """Tell *url* of every change from now on, signed with *secret*."""
        self._hooks.ask(url, secret)

    def redeliver(self) -> None:
        """Send the newest webhook once more, under the same identifier."""
        self._hooks.redeliver()

    async def delivered(self) -> None:
        """Wait until all webhooks are out and answered."""
        await self._hooks.delivered()

    def ticket(self, ticket: str) -> PretendTicket:
        """Return the ticket with this id or number; VendorError where there is none."""
        for one in self.tickets:
            if ticket.upper() in (one.id, str(one.number)):
                return one
        raise said(404, "Issue does not exist or you do not have permission to see it.")

    def moves(self, ticket: str, status: str, person: str = "Grace Okonjo") -> None:
        """Let *person* move the ticket to *status* in Jira's own window."""
        if status not in WORKFLOW:
            raise ValueError(f"Jira has no status {status!r}.")
        self._move(self.ticket(ticket), status, Somebody(person))

    def comes_in(self, summary: str, person: str = "Grace Okonjo", project: str = "OPS") -> str:
        """Let *person* make a ticket in Jira's own window; return its id."""
        return self._add(self.projects[project], summary, "Task", Somebody(person)).id

    @override
    @asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator[Self]:
        """See `Vendor.open`."""
        async with super().open(port):
            try:
                yield self
            finally:
                await self._hooks.close()

    @override
    def ways(self) -> Mapping[str, Act]:
        """See `Vendor.ways`."""
        return {
            "GET /rest/api/3/serverInfo": self._server,
            "GET /rest/api/3/myself": lambda _: Said(words.person(self.url, BOT)),
            "GET /rest/api/3/search": _removed,
            "POST /rest/api/3/search": _removed,
            "GET /rest/api/3/search/jql": self._search,
            "POST /rest/api/3/search/jql": self._search,
            "POST /rest/api/3/issue": self._create,
            f"GET {_FORMS}": lambda sent: Said(kinds_of(self._project(sent))),
            f"GET {_FORMS}/{{issueTypeId}}": lambda sent: Said(form_of(self._project(sent))),
            "POST /rest/api/3/issue/bulkfetch": self._bulk,
            f"GET {_ISSUE}": self._read,
            f"PUT {_ISSUE}": self._edit,
            f"GET {_ISSUE}/transitions": self._ways_out,
            f"POST {_ISSUE}/transitions": self._transition,
            f"GET {_ISSUE}/comment": self._comments,
            f"POST {_ISSUE}/comment": self._comment,
            f"GET {_ISSUE}/remotelink": self._links,
            f"POST {_ISSUE}/remotelink": self._link,
        }

    @override
    def admits(self, sent: Sent) -> None:
        """See `Vendor.admits`."""
        known = base64.b64encode(f"{self.email}:{self.token}".encode()).decode()
        if sent.headers.get("authorization") != f"Basic {known}":
            raise said(401, "Client must be authenticated to access this resource.")
        posts = sent.way.startswith(("POST ", "PUT "))
        if posts and not sent.headers.get("content-type", "").startswith("application/json"):
            raise VendorError(415, {"message": "Unsupported Media Type"})
        if posts and not isinstance(sent.body, dict):
            raise said(400, "Invalid request payload. Refer to the REST API documentation.")

    @override
    def too_many(self, seconds: int) -> Said:
        """See `Vendor.too_many`."""
        headers = {"Retry-After": str(seconds), "RateLimit-Reason": "jira-burst-based"}
        return Said({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429, headers)

    def _server(self, _: Sent) -> Said:
        return Said(
            {
                "baseUrl": self.url,
                "version": "1001.0.0-SNAPSHOT",
                "versionNumbers": [1001, 0, 0],
                "deploymentType": "Cloud",
                "serverTitle": "Jira",
            }
        )

    def _search(self, sent: Sent) -> Said:
        asked = sent.body if sent.body is not None else sent.query
        most = int(asked.get("maxResults", 50))
        seen = self.clock.now() - timedelta(seconds=self.index_lag)
        indexed = [one for one in self.tickets if one.created <= seen]
        hits = found(str(asked.get("jql", "")), indexed, self.projects, self.clock.now())
        names = _names(asked.get("fields", "id"))
        issues = [self._told(t, names, _names(asked.get("properties", ""))) for t in hits[:most]]
        more = {"nextPageToken": f"after-{most}"} if len(hits) > most else {}
        return Said({"issues": issues, "isLast": not more, **more})

    def _bulk(self, sent: Sent) -> Said:
        wanted = sent.body.get("issueIdsOrKeys", [])
        if not wanted or len(wanted) > _MOST_AT_ONCE:
            raise said(400, "Between 1 and 100 issues can be fetched at once.")
        hits = [t for t in self.tickets if t.id in wanted or str(t.number) in wanted]
        names = _names(sent.body.get("fields", "*all"))
        properties = _names(sent.body.get("properties", ""))
        missing = sorted(set(wanted) - {t.id for t in hits} - {str(t.number) for t in hits})
        return Said(
            {
                "issues": [self._told(t, names, properties) for t in hits],
                "issueErrors": [{"id": one, "errorMessage": "Not found."} for one in missing],
            }
        )

    def _create(self, sent: Sent) -> Said:
        fields = sent.body.get("fields", {})
        project = checked(fields, self.projects)
        left = properties_of(sent.body)
        made = self._add(project, fields["summary"], fields["issuetype"]["name"], BOT, fields)
        made.properties.update(left)
        return Said(
            {
                "id": str(made.number),
                "key": made.id,
                "self": f"{self.url}/rest/api/3/issue/{made.number}",
            },
            201,
        )

    def _project(self, sent: Sent) -> Project:
        project = self.projects.get(sent.path["projectIdOrKey"])
        if project is None:
            raise said(404, "No project could be found with that key.")
        return project

    def _read(self, sent: Sent) -> Said:
        names = _names(sent.query.get("fields", "*all"))
        properties = _names(sent.query.get("properties", ""))
        return Said(self._told(self._of(sent), names, properties))

    def _edit(self, sent: Sent) -> Said:
        ticket, fields = self._of(sent), sent.body.get("fields", {})
        edited(fields, self.projects[ticket.project])
        ticket.summary = fields.get("summary", ticket.summary)
        ticket.labels = list(fields.get("labels", ticket.labels))
        for change in sent.body.get("update", {}).get("labels", []):
            for verb, label in change.items():
                others = [one for one in ticket.labels if one != label]
                ticket.labels = [*others, label] if verb == "add" else others
        ticket.properties.update(properties_of(sent.body))
        self._touch(ticket)
        self._tell(ticket, BOT, [words.item("labels", (None, ""), (None, " ".join(ticket.labels)))])
        return Said(None, 204)

    def _ways_out(self, sent: Sent) -> Said:
        ways = words.transitions(self.url, self._of(sent))
        return Said({"expand": "transitions", "transitions": ways})

    def _transition(self, sent: Sent) -> Said:
        ticket = self._of(sent)
        wanted = (sent.body.get("transition") or {}).get("id")
        if not isinstance(wanted, str):
            raise said(400, "Missing 'transition' identifier")
        ways = {way["id"]: way for way in words.transitions(self.url, ticket)}
        if wanted not in ways:
            raise said(
                400,
                "It seems that you have tried to perform a workflow operation "
                f"({wanted}) that is not valid for the current state of this issue.",
            )
        ticket.properties.update(properties_of(sent.body))
        self._move(ticket, ways[wanted]["to"]["name"], BOT)
        return Said(None, 204)

    def _comments(self, sent: Sent) -> Said:
        ticket = self._of(sent)
        order, expand = sent.query.get("orderBy", "created"), _names(sent.query.get("expand", ""))
        start, most = int(sent.query.get("startAt", 0)), int(sent.query.get("maxResults", 100))
        remarks = ticket.comments[::-1] if order == "-created" else ticket.comments
        told = [
            words.comment(self.url, ticket, one, properties="properties" in expand)
            for one in remarks[start : start + most]
        ]
        counted = {"startAt": start, "maxResults": most, "total": len(remarks)}
        return Said({**counted, "comments": told})

    def _comment(self, sent: Sent) -> Said:
        ticket, document = self._of(sent), sent.body.get("body")
        text = plain(document, "comment")
        if not text.strip():
            raise wrong({"comment": "Comment body can not be empty!"})
        properties_of(sent.body)
        left = tuple(sent.body.get("properties", []))
        number = str(self._next())
        remark = Remark(number, text, BOT, self.clock.now(), left, document)
        ticket.comments.append(remark)
        self._touch(ticket)
        told = words.comment(self.url, ticket, remark, properties=False)
        at = int(self.clock.now().timestamp() * 1000)
        about = {"timestamp": at, "webhookEvent": "comment_created", "comment": told}
        self._hooks.tell({**about, "issue": self._whole(ticket)})
        return Said(told, 201)

    def _links(self, sent: Sent) -> Said:
        return Said([_link(one) for one in self._of(sent).links])

    def _link(self, sent: Sent) -> Said:
        ticket, target = self._of(sent), sent.body.get("object") or {}
        url, title = target.get("url"), target.get("title")
        if not url or not title:
            raise wrong({"title": "'title' is required."})
        if not re.match(r"https?://", url):
            raise wrong({"url": "Invalid URL."})
        name = sent.body.get("globalId") or f"link-{self._numbers}"
        before = [one for one in ticket.links if one.global_id == name]
        number = before[0].number if before else self._next()
        ticket.links = [one for one in ticket.links if one.global_id != name]
        ticket.links.append(Link(number, url, title, name))
        at = f"{self.url}/rest/api/3/issue/{ticket.id}/remotelink/{number}"
        return Said({"id": number, "self": at}, 200 if before else 201)

    def _add(
        self,
        project: Project,
        summary: str,
        kind: str,
        who: Somebody,
        fields: Mapping[str, Any] | None = None,
    ) -> PretendTicket:
        others = dict(fields or {})
        document = others.pop("description", None)
        labels = list(others.pop("labels", []))
        for name in ("project", "issuetype", "summary"):
            others.pop(name, None)
        project.made += 1
        now = self.clock.now()
        ticket = PretendTicket(
            f"{project.key}-{project.made}", self._next(), summary, kind, now, now, fields=others
        )
        ticket.labels, ticket.document, ticket.turn = labels, document, ticket.number
        ticket.description = plain(document, "description") if document else ""
        self.tickets.append(ticket)
        event = words.updated(self.url, self._whole(ticket), who, now, [])
        self._hooks.tell({**event, "webhookEvent": "jira:issue_created"})
        return ticket

    def _touch(self, ticket: PretendTicket) -> None:
        ticket.updated, ticket.turn = self.clock.now(), self._next()

    def _move(self, ticket: PretendTicket, to: str, who: Somebody) -> None:
        before, ticket.status = ticket.status, to
        self._touch(ticket)
        ids = words.status_id(before), words.status_id(to)
        self._tell(ticket, who, [words.item("status", (ids[0], before), (ids[1], to))])

    def _tell(self, ticket: PretendTicket, who: Somebody, items: list[dict[str, Any]]) -> None:
        whole = self._whole(ticket)
        self._hooks.tell(words.updated(self.url, whole, who, self.clock.now(), items))

    def _of(self, sent: Sent) -> PretendTicket:
        return self.ticket(sent.path["issueIdOrKey"])

    def _whole(self, ticket: PretendTicket) -> dict[str, Any]:
        return words.issue(self.url, ticket, self.projects[ticket.project])

    def _told(
        self, ticket: PretendTicket, names: list[str], properties: list[str]
    ) -> dict[str, Any]:
        return words.narrowed(self._whole(ticket), names, ticket, properties)

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers


def _removed(_: Sent) -> Said:
    raise said(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.",
    )


def _names(asked: Any) -> list[str]:
    """Return the names in *asked*, a list or one string with commas."""
    listed = asked if isinstance(asked, list) else str(asked).split(",")
    return [str(one) for one in listed if one]


def _link(link: Link) -> dict[str, Any]:
    target = {"url": link.url, "title": link.title}
    return {"id": link.number, "globalId": link.global_id, "object": target}
