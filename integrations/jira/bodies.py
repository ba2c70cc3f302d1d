"""What is sent to Jira: fields, labels and queries, made of what people typed."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from bot.domain.errors import NotConfigured, Rejected
from integrations.jira.adf import cleaned, document
from integrations.jira.config import PROJECT, JiraConfig
from integrations.ports.tracker import TicketDraft

PROPERTY, MOVED = "redbutton", "redbutton-moved"
"""The keys under which the bot leaves its own key at a ticket or comment, and at a move."""

SUMMARY = 250
"""Jira takes 255 characters, and counts as UTF-16 does: an emoji is two."""

LONGEST_QUERY = 20
"""Words of a search that are looked for."""

_TICKET = re.compile(rf"{PROJECT[1:-1]}-[1-9][0-9]{{0,17}}")
_SAFE = re.compile(r"[A-Za-z0-9_.-]{1,200}")


def id_of(ticket: str) -> str:
    """Return *ticket* as Jira writes it; Rejected where it is no id: paths are made of it."""
    known = as_id(ticket)
    if known is None:
        raise Rejected(f"{ticket[:60]!r} is not the id of a ticket.", fix="An id is like `OPS-12`.")
    return known


def as_id(words: str) -> str | None:
    """Return the id that *words* are, or None."""
    upper = words.strip().upper()
    return upper if _TICKET.fullmatch(upper) else None


def project_of(draft: TicketDraft, config: JiraConfig) -> str:
    """Return the project that *draft* is for. NotConfigured or Rejected where it is none."""
    project = draft.project or config.project
    if project is None:
        raise NotConfigured(
            "Nobody said in which project of Jira tickets are made.",
            fix="Set `project` in `[jira]` of the settings, like `OPS`.",
        )
    if not re.fullmatch(PROJECT, project):
        raise Rejected(f"{project[:60]!r} is not the key of a project.", fix="A key is like `OPS`.")
    return project


def label_of(key: str) -> str:
    """Return the label that a ticket made for *key* carries; labels hold no spaces."""
    return f"redbutton-{key if _SAFE.fullmatch(key) else sha256(key.encode()).hexdigest()[:40]}"


def mark_of(key: str, name: str = PROPERTY) -> list[dict[str, Any]]:
    """Return the property that keeps *key* at something, where people do not see it."""
    return [{"key": name, "value": {"key": key}}]


def fields_of(draft: TicketDraft, config: JiraConfig, key: str) -> dict[str, Any]:
    """Return the fields of a new ticket: the configured ones, and those of *draft*."""
    summary = shortened(draft.summary)
    description = draft.description
    if _length(_one_line(draft.summary)) > SUMMARY:
        description = f"{draft.summary}\n\n{description}"
    defaults = dict(config.fields)
    others = defaults.pop("labels", None)
    labels = [*(others if isinstance(others, list) else []), *draft.labels, label_of(key)]
    fields = {
        **defaults,
        "project": {"key": project_of(draft, config)},
        "issuetype": {"name": draft.type or config.type},
        "summary": summary,
        "labels": sorted({"-".join(cleaned(str(one)).split())[:255] for one in labels} - {""}),
    }
    return {**fields, "description": document(description)} if description.strip() else fields


def shortened(text: str, most: int = SUMMARY) -> str:
    """Return *text* in one line of at most *most* characters, as UTF-16 counts them."""
    line = _one_line(text)
    if _length(line) <= most:
        return line
    cut = line[:most]
    while _length(cut) >= most:
        cut = cut[:-1]
    return f"{cut.rstrip()}…"


def link_of(url: str, title: str) -> dict[str, Any]:
    """Return the link to *url*. By its global id a second one replaces the first."""
    if not re.match(r"https?://[^\s]+\Z", url):
        raise Rejected(
            f"{url[:100]!r} is not an address that a ticket may lead to.",
            fix="An address begins with https:// and has no spaces.",
        )
    name = shortened(title) or shortened(url)
    return {
        "globalId": f"redbutton-{sha256(url.encode()).hexdigest()[:40]}",
        "object": {"url": url, "title": name},
    }


def query_of(words: str, project: str | None) -> str | None:
    """Return the JQL that finds *words*; None where they hold nothing that can be looked for.

    Only letters and digits are sent: all else has a meaning in a query, or in its quoted text.
    Nothing typed asks for what changed last.
    """
    # In capitals `AND`, `OR` and `NOT` would be no words.
    terms = re.findall(r"[^\W_]+", cleaned(words).lower())[:LONGEST_QUERY]
    if words.strip() and not terms:
        return None
    within = [f'project = "{project}"'] if project else []
    if terms:
        within.append(f'text ~ "{" ".join(term[:100] for term in terms)}"')
    # Jira refuses a query without bounds.
    return f"{' AND '.join(within) or 'updated >= -30d'} ORDER BY updated DESC"


def refusal(wrong: Mapping[str, str]) -> Rejected:
    """Return what to say of a ticket whose fields Jira does not take, in Jira's own words."""
    said = " ".join(f"{field}: {words}" for field, words in wrong.items())[:600]
    ours = {"summary", "description"} & wrong.keys()
    where = {"project": "`project`", "issuetype": "`type`"}
    settings = [where.get(field, "`[jira.fields]`") for field in wrong if field not in ours]
    if not settings:
        return Rejected(f"Jira did not take the ticket: {said}", fix="Write it otherwise.")
    others = [field for field in wrong if field not in {*ours, *where}]
    example = f', like `{others[0]} = {{ value = "…" }}`' if others else ""
    names = " and ".join(dict.fromkeys(settings))
    return Rejected(
        f"Jira did not take the ticket: {said}",
        fix=f"Name a default in {names} of the settings{example}.",
    )


def not_on_screen(
    wrong: Mapping[str, str], fields: Mapping[str, Any], config: JiraConfig
) -> set[str]:
    """Return the fields to leave out where they are all that is *wrong*, else nothing."""
    optional = {"labels", *config.fields} & fields.keys()
    off = {name for name in wrong.keys() & optional if "cannot be set" in wrong[name]}
    return off if off == wrong.keys() else set()


def _one_line(text: str) -> str:
    return " ".join(cleaned(text).split())


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
