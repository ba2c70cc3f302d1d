"""What a project's form wants of a new ticket, so that it is known before there is trouble."""

from bot.domain.errors import Rejected
from integrations.jira.answers import Form, Kinds
from integrations.jira.bodies import project_of
from integrations.jira.client import JiraClient
from integrations.jira.config import JiraConfig
from integrations.ports.tracker import TicketDraft

_SENT = frozenset({"project", "issuetype", "summary", "description", "labels", "reporter"})
"""What each ticket has: the bot says it, or Jira takes the bot itself."""

MOST = 200


async def unfilled(client: JiraClient, config: JiraConfig) -> tuple[str, ...]:
    """Return the fields that Jira wants of a ticket and nobody fills: `customfield_1 (Team)`.

    Rejected where there is no such project, or it has no tickets of the configured type.
    """
    project = project_of(TicketDraft(summary=""), config)
    path = f"issue/createmeta/{project}/issuetypes"
    kinds = await client.get(path, Kinds, maxResults=MOST)
    kind = next((one for one in kinds.kinds if one.name == config.type), None)
    if kind is None:
        known = ", ".join(one.name for one in kinds.kinds) or "none"
        raise Rejected(
            f"The project {project!r} has no tickets of the type {config.type!r}.",
            fix=f"Set `type` in `[jira]` to one that it has: {known}.",
        )
    form = await client.get(f"{path}/{kind.id}", Form, maxResults=MOST)
    given = _SENT | config.fields.keys()
    return tuple(
        f"{one.id} ({one.name})"
        for one in form.fields
        if one.required and not one.filled and one.id not in given
    )
