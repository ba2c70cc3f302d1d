"""Finds the ticket that a key made, though Jira's search is behind what it has."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from bot.domain.errors import Rejected
from integrations.jira.answers import Issue, Issues
from integrations.jira.bodies import PROPERTY, label_of
from integrations.jira.client import JiraClient

FIELDS = ("summary", "status", "issuetype", "assignee", "labels")
BEFORE, AFTER = 20, 80
"""How many tickets around the newest that the search knows are read; Jira gives 100 at once."""


class Finder:
    """Looks for tickets by the key that made them. *usual* is the project of the settings.

    Two ways at once: by the label, which finds whatever Jira's search has taken in; and by reading,
    straight from where Jira keeps them, the numbers around the newest ticket of the project that
    the search knows, for those that it has not.
    """

    def __init__(self, client: JiraClient, usual: str | None) -> None:
        self._client = client
        self._usual = usual

    async def made_by(self, key: str, project: str | None) -> Issue | None:
        """Return the ticket of *key*. Without a *project* only the search can tell."""
        by_label = f'labels = "{label_of(key)}" ORDER BY created ASC'
        if project is None:
            return _of(key, (await self.search(by_label, 10)).issues)
        with self.within(project):
            labelled, newest = await asyncio.gather(
                self.search(by_label, 10),
                self.search(f'project = "{project}" ORDER BY key DESC', 1),
            )
        found = _of(key, labelled.issues)
        return found or _of(key, await self._around(newest, project))

    async def search(self, query: str, most: int) -> Issues:
        """Return at most *most* tickets that match *query*, which is JQL."""
        return await self._client.query(
            "search/jql",
            Issues,
            {"jql": query, "fields": FIELDS, "properties": [PROPERTY], "maxResults": most},
        )

    @contextmanager
    def within(self, project: str | None) -> Iterator[None]:
        """Name the cure where Jira does not know *project*, or does not show it to the bot."""
        try:
            yield
        except Rejected as no:
            if project is None:
                raise
            known = "`project` in `[jira]` of the settings" if project == self._usual else "it"
            sight = "or give the account of `JIRA_EMAIL` a sight of that project"
            raise Rejected(no.message, fix=f"Correct {known}, {sight}.") from None

    async def _around(self, newest: Issues, project: str) -> tuple[Issue, ...]:
        number = 0
        for issue in newest.issues:
            # A project that was renamed gives its tickets its new name.
            project, _, digits = issue.key.rpartition("-")
            number = int(digits)
        wanted = range(max(1, number - BEFORE + 1), number + AFTER + 1)
        body = {
            "issueIdsOrKeys": [f"{project}-{each}" for each in wanted],
            "fields": FIELDS,
            "properties": [PROPERTY],
        }
        return (await self._client.query("issue/bulkfetch", Issues, body)).issues


def _of(key: str, issues: Iterable[Issue]) -> Issue | None:
    """Return the one of *key*. A clone has its label, but is younger and lacks the property."""
    known = tuple(issues)
    marked = (i for i in known if i.properties.get(PROPERTY) == {"key": key})
    labelled = (i for i in known if label_of(key) in i.fields.labels)
    return next(marked, None) or next(labelled, None)
