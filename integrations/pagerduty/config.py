"""How PagerDuty is reached."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, EmailStr, SecretStr, field_validator

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class PagerDutyConfig(BaseModel):
    """One account. *sender* is the e-mail of the user in whose name the bot acts.

    *rosters* tells which schedule, by its id, is meant by a roster's name in the rules.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr
    sender: EmailStr
    url: str = "https://api.pagerduty.com"
    rosters: Mapping[str, str] = {}

    @field_validator("token")
    @classmethod
    def _is_a_token(cls, token: SecretStr) -> SecretStr:
        held = token.get_secret_value()
        # It travels in a header; what a header cannot hold would fail on every call instead.
        if not held or not held.isascii() or not held.isprintable() or " " in held:
            raise ValueError("It is a key of letters, digits and signs, without spaces.")
        return token

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            host, _port = parts.hostname, parts.port
        except ValueError:
            raise ValueError(_WANTED) from None
        safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
        if not host or not safe or parts.username or parts.query or parts.fragment:
            raise ValueError(_WANTED)
        return url.rstrip("/")


_WANTED = (
    "It is an address like https://api.eu.pagerduty.com; plain http only on this machine itself."
)
