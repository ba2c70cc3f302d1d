"""What the pretend Jira checks of a new ticket, or of an edited one."""

import re
from collections.abc import Mapping
from typing import Any

from playground.jira_tickets import Project, plain, said, wrong

_BUILT_IN = frozenset({"project", "issuetype", "summary", "description", "labels"})
_LONGEST = 255


def checked(fields: Mapping[str, Any], projects: Mapping[str, Project]) -> Project:
    """Return the project that *fields* are for; VendorError where they make no ticket."""
    named = fields.get("project")
    project = projects.get(named.get("key", "")) if isinstance(named, dict) else None
    if project is None:
        raise wrong({"project": "valid project is required"})
    kind = fields.get("issuetype")
    if not isinstance(kind, dict) or kind.get("name") not in project.types:
        raise wrong({"issuetype": "Specify a valid issue type"})
    errors = {**_strange(fields, project), **_lacking(fields, project), **_content(fields)}
    if errors:
        raise wrong(errors)
    return project


def edited(fields: Mapping[str, Any], project: Project) -> None:
    """Check what is to be changed of a ticket; VendorError where it cannot be."""
    errors = {**_strange(fields, project), **_content(fields)}
    if errors:
        raise wrong(errors)


def properties_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties that *body* leaves at something."""
    left = body.get("properties") or []
    if not isinstance(left, list) or any(set(one) != {"key", "value"} for one in left):
        raise said(400, "Invalid request payload. Refer to the REST API documentation.")
    return {one["key"]: one["value"] for one in left}


def kinds_of(project: Project) -> dict[str, Any]:
    """Show the types of tickets that *project* has."""
    kinds = [{"id": f"{10001 + at}", "name": name} for at, name in enumerate(project.types)]
    return {"startAt": 0, "maxResults": 50, "total": len(kinds), "issueTypes": kinds}


def form_of(project: Project) -> dict[str, Any]:
    """Show the fields of a new ticket in *project*, whatever its type."""
    named = {name: name.capitalize() for name in sorted(project.known)} | dict(project.required)
    fields = [
        {
            "fieldId": field,
            "key": field,
            "name": name,
            "required": field in {"project", "issuetype", "summary", *project.required},
            "hasDefaultValue": False,
            "operations": ["set"],
            "schema": {"type": "string"},
        }
        for field, name in named.items()
    ]
    return {"startAt": 0, "maxResults": 50, "total": len(fields), "fields": fields}


def _strange(fields: Mapping[str, Any], project: Project) -> dict[str, str]:
    return {
        name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        for name in fields
        if name not in project.known
    }


def _lacking(fields: Mapping[str, Any], project: Project) -> dict[str, str]:
    errors = {
        field: f"{name} is required."
        for field, name in project.required.items()
        if not fields.get(field)
    }
    if not str(fields.get("summary") or "").strip():
        errors["summary"] = "You must specify a summary of the issue."
    return errors


def _content(fields: Mapping[str, Any]) -> dict[str, str]:
    errors = {}
    summary = fields.get("summary", "")
    if not isinstance(summary, str):
        errors["summary"] = "Operation value must be a string"
    elif re.search(r"[\r\n]", summary):
        errors["summary"] = "The summary is invalid because it contains newline characters."
    elif len(summary.encode("utf-16-le")) // 2 > _LONGEST:
        errors["summary"] = "Summary must be less than 255 characters."
    for label in fields.get("labels", []):
        if not isinstance(label, str) or re.search(r"\s", label) or not label:
            errors["labels"] = f"The label '{label}' contains spaces which is invalid."
    if fields.get("description") is not None:
        plain(fields["description"], "description")
    return errors


def known_fields(required: Mapping[str, str], on_screen: Mapping[str, str]) -> set[str]:
    """Return the ids of the fields that a project's form has a place for."""
    return {*_BUILT_IN, *required, *on_screen}
