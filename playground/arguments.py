"""What a Web API call asks for, whether it came as a form or as JSON."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from playground.errors import SlackError


class Arguments:
    """The arguments of one call, read by kind."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = dict(given)

    @classmethod
    def read(cls, content_type: str, body: bytes, query: Mapping[str, str]) -> "Arguments":
        """Read *body*, JSON or form by *content_type*, over what stands in the *query*."""
        if content_type.startswith("application/json"):
            try:
                return cls({**query, **json.loads(body or b"{}")})
            except (ValueError, TypeError) as bad:
                raise SlackError("invalid_json") from bad
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
        return cls({**query, **dict(pairs)})

    def text(self, name: str, default: str = "") -> str:
        """Return the argument *name* as text."""
        value = self.given.get(name)
        return default if value is None else str(value)

    def needed(self, name: str) -> str:
        """Return the argument *name*; raises SlackError when it is missing."""
        value = self.text(name)
        if not value:
            message = f"[ERROR] missing required field: {name}"
            raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
        return value

    def flag(self, name: str) -> bool:
        """Return the argument *name* as a yes or no; missing is no."""
        return self.text(name).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        """Return the argument *name* as a whole number."""
        value = self.text(name) or str(default)
        if not value.isdigit():
            raise SlackError("invalid_arguments")
        return int(value)

    def json(self, name: str) -> Any:
        """Return the argument *name*, read from JSON if it came as text; None when missing."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as bad:
            raise SlackError("invalid_arguments") from bad
