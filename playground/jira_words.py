"""What the pretend Jira says of its tickets, with the fields that Jira says."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from playground.jira_tickets import WORKFLOW, PretendTicket, Project, Remark, Somebody

_CATEGORY = {"To Do": "new", "Done": "done"}


def stamp(at: datetime) -> str:
    """Return *at* as Jira writes a time."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}+0000"


def person(url: str, who: Somebody) -> dict[str, Any]:
    """Return *who*."""
    return {
        "self": f"{url}/rest/api/3/user?accountId={who.account}",
        "accountId": who.account,
        "displayName": who.name,
        "active": True,
        "timeZone": "Etc/UTC",
        "accountType": "atlassian",
    }


def status(url: str, name: str) -> dict[str, Any]:
    """Return the status called *name*."""
    number = status_id(name)
    category = _CATEGORY.get(name, "indeterminate")
    return {
        "self": f"{url}/rest/api/3/status/{number}",
        "id": number,
        "name": name,
        "description": "",
        "statusCategory": {"key": category, "name": name},
    }


def status_id(name: str) -> str:
    """Return the id of the status called *name*."""
    return str(10000 + list(WORKFLOW).index(name))


def transitions(url: str, ticket: PretendTicket) -> list[dict[str, Any]]:
    """Return the ways out of the status of *ticket*."""
    return [
        {
            "id": transition_id(ticket.status, name),
            "name": name,
            "to": status(url, to),
            "hasScreen": False,
            "isGlobal": False,
            "isInitial": False,
            "isAvailable": True,
            "isConditional": False,
        }
        for name, to in WORKFLOW[ticket.status]
    ]


def transition_id(before: str, name: str) -> str:
    """Return the id of the way called *name* out of the status *before*."""
    ways = [(status_name, way) for status_name, out in WORKFLOW.items() for way, _ in out]
    return str(11 + 10 * ways.index((before, name)))


def issue(url: str, ticket: PretendTicket, project: Project) -> dict[str, Any]:
    """Return *ticket* with all its fields."""
    fields: dict[str, Any] = {
        **ticket.fields,
        "summary": ticket.summary,
        "description": ticket.document,
        "status": status(url, ticket.status),
        "issuetype": {"id": "10001", "name": ticket.type, "subtask": False},
        "project": {"key": project.key, "name": project.name},
        "labels": list(ticket.labels),
        "assignee": person(url, ticket.assignee) if ticket.assignee else None,
        "created": stamp(ticket.created),
        "updated": stamp(ticket.updated),
    }
    return {
        "id": str(ticket.number),
        "key": ticket.id,
        "self": f"{url}/rest/api/3/issue/{ticket.number}",
        "fields": fields,
    }


def narrowed(
    whole: Mapping[str, Any],
    fields: Sequence[str],
    ticket: PretendTicket,
    properties: Sequence[str],
) -> dict[str, Any]:
    """Return of the issue *whole* what was asked for."""
    every = "*all" in fields or "*navigable" in fields
    kept = {n: v for n, v in whole["fields"].items() if every or n in fields}
    told = {"id": whole["id"], "key": whole["key"], "self": whole["self"], "fields": kept}
    if properties:
        told["properties"] = {n: ticket.properties[n] for n in properties if n in ticket.properties}
    return told


def comment(url: str, ticket: PretendTicket, remark: Remark, *, properties: bool) -> dict[str, Any]:
    """Return *remark*."""
    who = person(url, remark.author)
    told = {
        "self": f"{url}/rest/api/3/issue/{ticket.number}/comment/{remark.id}",
        "id": remark.id,
        "author": who,
        "updateAuthor": who,
        "body": remark.document,
        "created": stamp(remark.at),
        "updated": stamp(remark.at),
        "jsdPublic": True,
    }
    return {**told, "properties": list(remark.properties)} if properties else told


def updated(
    url: str,
    whole: Mapping[str, Any],
    who: Somebody,
    at: datetime,
    items: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the webhook of a changed issue; *items* is what changed."""
    return {
        "timestamp": int(at.timestamp() * 1000),
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_generic",
        "user": person(url, who),
        "issue": dict(whole),
        "changelog": {"id": str(int(at.timestamp())), "items": [dict(item) for item in items]},
    }


def item(
    field: str, before: tuple[str | None, str], after: tuple[str | None, str]
) -> dict[str, Any]:
    """Return one line of a changelog; *before* and *after* are the id and the words."""
    return {
        "field": field,
        "fieldtype": "jira",
        "fieldId": field,
        "from": before[0],
        "fromString": before[1],
        "to": after[0],
        "toString": after[1],
    }
