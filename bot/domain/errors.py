"""Errors, sorted by what the reader should do next.

```
RedbuttonError(message, fix=...)
  Refused           we will not: BadRequest (unclear), NotAllowed (policy), NotNow (wait)
  IntegrationError  NotConfigured · Unreachable (nothing happened) · Rejected (retrying is vain)
                    · OutcomeUnknown (look before you retry)
  Misconfigured     only at start; names the setting
```
"""

from dataclasses import dataclass

from typing_extensions import override


class RedbuttonError(Exception):
    """Says in *message* what happened and in *fix* what to do, one sentence each."""

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    @override
    def __str__(self) -> str:
        """Return both sentences."""
        return f"{self.message} {self.fix}".strip()


class Refused(RedbuttonError):
    """We will not do it."""


@dataclass(frozen=True)
class FieldError:
    """One field that cannot be taken as it is: what is wrong and the cure, in one sentence."""

    field: str
    message: str


class BadRequest(Refused):
    """What was asked is unclear; *errors* name the fields."""

    def __init__(self, message: str, *, fix: str = "", errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message, fix=fix)
        self.errors = errors


class NotAllowed(Refused):
    """The policy says no, or who asks cannot be known."""


class NotNow(Refused):
    """It cannot be done at this moment: asked twice, not recorded, stopping."""


class IntegrationError(RedbuttonError):
    """A service outside did not do what we asked of it."""


class NotConfigured(IntegrationError):
    """The service is not set up here; *fix* names the setting."""


class Unreachable(IntegrationError):
    """Nothing happened there; asking again may help, after *retry_after* seconds where known."""

    def __init__(self, message: str, *, fix: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, fix=fix)
        self.retry_after = retry_after


class Rejected(IntegrationError):
    """The service said no; asking again will not help."""


class OutcomeUnknown(IntegrationError):
    """It may have happened: look before asking again."""


class Misconfigured(RedbuttonError):
    """A setting is wrong; raised only at start, and names the setting."""
