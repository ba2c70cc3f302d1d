"""How Slack says no, and how the driver says that a person could not do a thing."""

from typing import Any


class SlackError(Exception):
    """An answer with `ok: false`; *extra* is sent beside the error."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra

    def answer(self) -> dict[str, Any]:
        """Return the body Slack sends."""
        return {"ok": False, "error": self.error, **self.extra}


class CannotDo(AssertionError):
    """The Slack client would not let this person do that."""
