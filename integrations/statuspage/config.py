"""What is needed to speak for one status page."""

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

API_URL = "https://api.statuspage.io/v1/"

_PAGE = re.compile(r"[A-Za-z0-9]{1,64}")
_KEY = re.compile(r"[!-~]{1,512}")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class StatuspageConfig(BaseModel):
    """One page, by its id, and an API *key* that may change it. *url* differs in tests alone."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    page: str
    key: SecretStr
    url: str = API_URL

    @field_validator("page")
    @classmethod
    def _is_an_id(cls, page: str) -> str:
        if not _PAGE.fullmatch(page):
            raise ValueError("It is the page's id, like j1nvlvyv7w27, not its name or address.")
        return page

    @field_validator("key")
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        if not _KEY.fullmatch(key.get_secret_value()):
            raise ValueError("It is empty, or holds a space, a line's end or another odd sign.")
        return key

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        loose = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or loose):
            raise ValueError("It is an https address; plain http goes to this machine alone.")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError(f"It is an address without a name, a password or a query: {API_URL}.")
        return url.rstrip("/") + "/"
