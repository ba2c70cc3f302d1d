"""Requests to Jira, one a call, through the session of Jira's own client.

That session alone is used: the client's methods ask behind one's back, print whole answers to the
log, and send bodies that Jira's own description of its API does not allow.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock, local
from typing import Any, TypeVar
from urllib.parse import urlsplit

from jira.exceptions import JIRAError
from jira.resilientsession import ResilientSession
from pydantic import BaseModel
from requests import Response
from requests.auth import HTTPBasicAuth

from integrations.guard import Guard
from integrations.jira.bounded import Bounded
from integrations.jira.config import JiraConfig
from integrations.jira.errors import field_errors

CONNECTING = 3.05
"""Seconds for a connection; a multiple of three and a little, by which TCP asks again."""

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Wrong:
    """What Jira says of single *fields*, by their ids."""

    fields: Mapping[str, str]


class JiraClient:
    """Asks Jira by *guard*. Nothing is sent twice. Must be closed.

    Each thread has a session of its own: nobody promises that one serves several at a time.
    """

    def __init__(self, config: JiraConfig, guard: Guard) -> None:
        self._config = config
        self._guard = guard
        self._mine = local()
        self._all: list[ResilientSession] = []
        self._lock = Lock()

    async def get(
        self, path: str, shape: type[M], *, insist: bool = False, **params: str | int
    ) -> M:
        """Read what is at *path*."""
        return await self._guard.blocking(
            lambda: shape.model_validate_json(self._send("GET", path, params=params).content),
            writes=False,
            insist=insist,
        )

    async def query(self, path: str, shape: type[M], body: Mapping[str, Any]) -> M:
        """Read what *body*, posted to *path*, asks for; it changes nothing."""
        return await self._guard.blocking(
            lambda: shape.model_validate_json(self._send("POST", path, body).content), writes=False
        )

    async def post(self, path: str, shape: type[M], body: Mapping[str, Any]) -> M:
        """Change something."""
        return await self._guard.blocking(
            lambda: shape.model_validate_json(self._send("POST", path, body).content), writes=True
        )

    async def propose(self, path: str, shape: type[M], body: Mapping[str, Any]) -> M | Wrong:
        """Change something, or be told what is wrong with which fields: then nothing was done."""

        def ask() -> M | Wrong:
            try:
                return shape.model_validate_json(self._send("POST", path, body).content)
            except JIRAError as no:
                if no.status_code == HTTPStatus.BAD_REQUEST and (fields := field_errors(no)):
                    return Wrong(fields)
                raise

        return await self._guard.blocking(ask, writes=True)

    async def tell(self, path: str, body: Mapping[str, Any]) -> None:
        """Change something, where Jira has nothing to say to it."""
        await self._guard.blocking(lambda: self._send("POST", path, body), writes=True)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._guard.close()
        with self._lock:
            sessions, self._all = self._all, []
        for session in sessions:
            session.close()

    def _send(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str | int] | None = None,
    ) -> Response:
        answer = self._session().request(
            verb,
            f"{self._config.url}/rest/api/3/{path}",
            params=params,
            data=None if body is None else json.dumps(body),
            # A redirect leads to a page where people log in, and turns a POST into a GET.
            allow_redirects=False,
        )
        if answer.is_redirect:
            raise ValueError("Jira answered with the address of another page.")
        return answer

    def _session(self) -> ResilientSession:
        session: ResilientSession | None = getattr(self._mine, "session", None)
        if session is None:
            session = self._made()
            self._mine.session = session
            with self._lock:
                self._all.append(session)
        return session

    def _made(self) -> ResilientSession:
        # By itself it would wait for ever, and post again whenever a connection breaks.
        session = ResilientSession(timeout=(CONNECTING, self._config.timeout), max_retries=0)
        for scheme in ("https://", "http://"):
            session.mount(scheme, Bounded(self._config.timeout))
        session.headers.update(
            {
                "Content-Type": "application/json",
                "X-Atlassian-Token": "no-check",
                # Jira's words are looked at and passed on, whatever language the account reads.
                "Accept-Language": "en-US",
                "X-Force-Accept-Language": "true",
            }
        )
        # As text they would have to be in Latin-1.
        session.auth = HTTPBasicAuth(
            self._config.email.encode(), self._config.token.get_secret_value().encode()
        )
        # A proxy has no business between the bot and its own machine.
        session.trust_env = urlsplit(self._config.url).scheme == "https"
        return session
