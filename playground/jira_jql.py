"""The little of JQL that the pretend Jira understands; the rest it refuses."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from playground.jira_tickets import PretendTicket, said

Test = Callable[[PretendTicket], bool]

_ORDER = re.compile(r"(?i)\s*ORDER\s+BY\s+(key|created|updated)\s+(ASC|DESC)\s*$")
_STRING = r'"((?:[^"\\]|\\.)*)"'
_CLAUSE = re.compile(
    rf"(?i)\s*(?:(project|labels|text)\s*([=~])\s*{_STRING}|(updated)\s*>=\s*(-\d+)d)\s*"
)
# What has a meaning inside the text of `~`, where a backslash does not take it away.
_MEANS = re.compile(r"(?<!\\)[+\-&|!(){}\[\]^~*?:/]")


def found(
    jql: str, tickets: Iterable[PretendTicket], projects: Iterable[str], now: datetime
) -> list[PretendTicket]:
    """Return those of *tickets* that *jql* asks for, in its order."""
    order = _ORDER.search(jql)
    body = jql[: order.start()] if order else jql
    if not body.strip():
        raise said(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your "
            "query.",
        )
    tests = list(_tests(body, set(projects), now))
    kept = [t for t in tickets if all(test(t) for test in tests)]
    if order is None:
        return kept
    by = {
        "key": lambda t: t.place,
        "created": lambda t: t.number,
        "updated": lambda t: (t.updated, t.turn),
    }
    return sorted(kept, key=by[order[1].lower()], reverse=order[2].upper() == "DESC")


def _tests(body: str, projects: set[str], now: datetime) -> Iterable[Test]:
    at = 0
    while True:
        clause = _CLAUSE.match(body, at)
        if clause is None:
            raise said(
                400, f"Error in the JQL Query: Expecting a clause but got '{body[at : at + 20]}'."
            )
        yield _test(clause, projects, now)
        at = clause.end()
        if at == len(body):
            return
        joined = re.compile(r"(?i)AND\b").match(body, at)
        if joined is None:
            raise said(
                400, f"Error in the JQL Query: Expecting 'AND' but got '{body[at : at + 20]}'."
            )
        at = joined.end()


def _test(clause: re.Match[str], projects: set[str], now: datetime) -> Test:
    if clause[4]:
        since = now - timedelta(days=-int(clause[5]))
        return lambda ticket: ticket.updated >= since
    name, operator, value = clause[1].lower(), clause[2], re.sub(r"\\(.)", r"\1", clause[3])
    match name, operator:
        case "project", "=":
            if value not in projects:
                raise said(400, f"The value '{value}' does not exist for the field 'project'.")
            return lambda ticket: ticket.project == value
        case "labels", "=":
            return lambda ticket: value in ticket.labels
        case "text", "~":
            return _holds(clause[3])
        case _:
            raise said(400, f"The operator '{operator}' is not supported by the '{name}' field.")


def _holds(quoted: str) -> Test:
    if _MEANS.search(quoted) or re.search(r"\b(?:AND|OR|NOT)\b", quoted) or not quoted.strip():
        raise said(400, f"Unable to parse the text '{quoted}' for field 'text'.")
    terms = quoted.lower().split()

    def holds(ticket: PretendTicket) -> bool:
        texts = (ticket.summary, ticket.description, *(c.text for c in ticket.comments))
        words = set(re.findall(r"[^\W_]+", " ".join(texts).lower()))
        return all(term in words for term in terms)

    return holds
