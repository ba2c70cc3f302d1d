"""How the pretend PagerDuty reads a request, and how it words lists and refusals."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from playground.pagerduty_state import Json
from playground.vendor import Said, Sent, VendorError

USUAL, MOST = 25, 100
"""How many things a list shows, unless asked, and at most."""


class _Named(Protocol):
    id: str


T = TypeVar("T", bound=_Named)


def refusal(status: int, code: int, message: str, *errors: str) -> VendorError:
    """Return PagerDuty's no, as it words it."""
    return VendorError(
        status, {"error": {"message": message, "code": code, "errors": list(errors)}}
    )


def one_of(things: Iterable[T], key: str) -> T:
    """Return the thing with the id *key*, or refuse."""
    found = next((one for one in things if one.id == key), None)
    if found is None:
        raise refusal(404, 2100, "Not Found")
    return found


def many(sent: Sent, name: str = "include") -> list[str]:
    """Return the values of the list *name* in the query."""
    return parse_qs(urlsplit(sent.url).query).get(f"{name}[]", [])


def time_of(text: object) -> datetime:
    """Return the time *text*, or refuse."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        raise refusal(400, 2004, "Invalid time values") from None


def page_of(sent: Sent, name: str, found: Sequence[Json]) -> Said:
    """Return the part of *found* that was asked for."""
    limit, offset = (int(sent.query.get(key, usual)) for key, usual in _USUALLY)
    if not 0 < limit <= MOST:
        raise refusal(400, 2001, "Invalid Input Provided", "limit must be from 1 to 100")
    shown = found[offset : offset + limit]
    more = offset + limit < len(found)
    return Said({name: shown, "limit": limit, "offset": offset, "more": more, "total": None})


_USUALLY = (("limit", USUAL), ("offset", 0))
