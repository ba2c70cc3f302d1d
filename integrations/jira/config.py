"""How Jira is reached, and what a ticket is where nobody says otherwise."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

PROJECT = r"^[A-Z][A-Z0-9_]{0,254}$"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_SAID_BY_EACH = frozenset({"project", "issuetype", "summary", "description"})


class JiraConfig(BaseModel):
    """One site, asked as the account of *email*.

    *browse* is where people read tickets, where that is not *url*: a token with scopes is taken at
    `https://api.atlassian.com/ex/jira/<cloud id>` only. *project* and *type* are for tickets that
    name none. *fields* (the id of a field to its value, as JSON) are added to each new ticket.
    *timeout* bounds the wait for an answer, in seconds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str
    email: str = Field(min_length=1, max_length=320)
    token: SecretStr
    project: str | None = Field(None, pattern=PROJECT)
    type: str = Field("Task", min_length=1, max_length=60)
    browse: str | None = None
    fields: Mapping[str, Any] = Field(default_factory=dict)
    timeout: float = Field(4.5, gt=0, le=30)

    @field_validator("url", "browse")
    @classmethod
    def _is_safe(cls, url: str | None) -> str | None:
        return None if url is None else _address(url)

    @field_validator("token")
    @classmethod
    def _is_there(cls, token: SecretStr) -> SecretStr:
        if not token.get_secret_value().strip():
            raise ValueError("It is empty: set JIRA_API_TOKEN.")
        return SecretStr(token.get_secret_value().strip())

    @field_validator("fields")
    @classmethod
    def _are_defaults(cls, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        if twice := sorted(_SAID_BY_EACH & fields.keys()):
            raise ValueError(f"Each ticket says its own {', '.join(twice)}.")
        return dict(fields)

    @property
    def site(self) -> str:
        """Return the address below which people read tickets."""
        return self.browse or self.url


def _address(url: str) -> str:
    """Return *url* without its last slash; raise where a token sent there could be overheard."""
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("It is not an address like https://example.atlassian.net.") from None
    if not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("It is not an address like https://example.atlassian.net.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ValueError("Only https is spoken: the token goes with every request.")
    return url.strip().rstrip("/")
