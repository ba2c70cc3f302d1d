"""One client of Slack's Web API per token, over one shared HTTP session."""

import logging
from collections.abc import Mapping
from typing import Any, Self

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.config import SlackConfig
from integrations.slack.errors import classify, from_answer

_OK = 200
_UPLOAD = aiohttp.ClientTimeout(total=60)
"""Seconds for 5 MB over a slow line; no ack ever waits for an upload."""

# Below WARNING the SDK builds, and logs, whole requests and answers.
_LOGGER = logging.getLogger("redbutton.slack_sdk")
_LOGGER.setLevel(logging.WARNING)


class SlackClient:
    """Calls Slack and raises our errors. It repeats nothing: its callers know what may be."""

    def __init__(self, config: SlackConfig, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._config = config
        self._web = self.bolt_client(config.token)

    @classmethod
    async def open(cls, config: SlackConfig) -> Self:
        """Open the session; nothing is sent yet."""
        limit = aiohttp.ClientTimeout(total=config.timeout)
        # The environment's proxy is left to aiohttp, which also honours NO_PROXY.
        return cls(config, aiohttp.ClientSession(timeout=limit, trust_env=True))

    def bolt_client(self, token: str | None = None) -> AsyncWebClient:
        """Return an SDK client over the same session, for Bolt."""
        web = AsyncWebClient(
            token=token,
            base_url=self._config.api_url,
            timeout=round(self._config.timeout),
            session=self._session,
            retry_handlers=[],
            logger=_LOGGER,
        )
        web.proxy = None
        return web

    async def read(self, method: str, **params: str | int) -> dict[str, Any]:
        """Call a reading *method*; raises Unreachable or SlackRejected."""
        try:
            answer = await self._web.api_call(method, http_verb="GET", params=params)
        except Exception as error:
            raise classify(error, method, writes=False) from error
        return _body(answer.data)

    async def write(self, method: str, **body: Any) -> dict[str, Any]:
        """Call a *method* that changes something; raises OutcomeUnknown, too."""
        try:
            answer = await self._web.api_call(method, json=body)
        except Exception as error:
            raise classify(error, method, writes=True) from error
        return _body(answer.data)

    async def socket_url(self, app_token: str) -> str:
        """Return an address for one Socket Mode connection, which serves once and holds a secret.

        Raises Unreachable or SlackRejected.
        """
        method = "apps.connections.open"
        try:
            answer = await self._web.apps_connections_open(app_token=app_token)
        except Exception as error:
            raise classify(error, method, writes=False) from error
        return str(_body(answer.data).get("url") or "")

    async def respond(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Post *body* to the address that came with a payload."""
        await self._post("response_url", response_url, json=body)

    async def upload(self, upload_url: str, content: bytes) -> None:
        """Send a file's bytes to the address that files.getUploadURLExternal gave."""
        await self._post("files.upload", upload_url, data=content, timeout=_UPLOAD)

    async def _post(self, method: str, url: str, **rest: Any) -> None:
        try:
            async with self._session.post(url, allow_redirects=False, **rest) as answer:
                if answer.status == _OK:
                    return
                code = _error_in(await answer.text())
                raise from_answer(method, answer.status, code, answer.headers, writes=True)
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError) as error:
            raise classify(error, method, writes=True) from error

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()


def _body(data: object) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _error_in(text: str) -> str:
    """Return the one word that a response address answers with, in JSON or bare."""
    word = text.partition('"error":"')[2].partition('"')[0] or text.strip()
    return word if word.isascii() and word.replace("_", "").isalnum() else ""
