"""Days, times and spans as people type them."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"(?P<day>[0-9-]{10})[Tt ]+(?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"(?: *(?P<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"| +(?P<zone>[A-Za-z][\w/+-]*))?"
)
_SECONDS = r"(?:(?P<seconds>[0-9]{1,12})(?:\.(?P<fraction>[0-9]{1,6}))? *[sS])?"
_SPAN = re.compile(
    r"(?P<sign>[-+]?)(?:(?P<weeks>[0-9]{1,9}) *w)? *(?:(?P<days>[0-9]{1,9}) *d)? *"
    r"(?:(?P<hours>[0-9]{1,12}) *h)? *(?:(?P<minutes>[0-9]{1,12}) *m(?:in)?)? *" + _SECONDS,
    re.IGNORECASE,
)
_ISO_SPAN = re.compile(
    r"(?P<sign>[-+]?)P(?:(?P<weeks>[0-9]{1,9})W)?(?:(?P<days>[0-9]{1,9})D)?"
    r"(?:T(?:(?P<hours>[0-9]{1,12})H)?(?:(?P<minutes>[0-9]{1,12})M)?" + _SECONDS + ")?",
    re.IGNORECASE,
)


class Unclear(ValueError):
    """Says what is wrong with what was typed and the cure, as the second half of a sentence."""


def read_date(text: str) -> date:
    """Read `2026-11-20`; raise Unclear."""
    if not _DAY.fullmatch(text):
        raise Unclear("is not a date; write year, month and day, like 2026-11-20.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unclear("is a day that no calendar has; check month and day.") from None


def read_datetime(text: str, zone: str) -> datetime:
    """Read ISO 8601 with an offset, or a local time followed by a zone's name, else in *zone*.

    Raises Unclear, also for a local time that is skipped or comes twice when clocks change.
    """
    parts = _TIME.fullmatch(text)
    if parts is None:
        raise Unclear("is not a date and time; write it like 2026-11-20 14:00 Europe/Berlin.")
    read_date(parts["day"])
    try:
        moment = datetime.fromisoformat(f"{parts['day']}T{parts['time']}{parts['offset'] or ''}")
    except ValueError:
        raise Unclear("is a time that no clock shows; hours go from 00 to 23.") from None
    return moment if parts["offset"] else _in_zone(moment, parts["zone"] or zone)


def _in_zone(local: datetime, name: str) -> datetime:
    try:
        zone = ZoneInfo(name)
    # A name that is a folder of the zone files, like `Europe`, fails as a file does.
    except (KeyError, ValueError, OSError):
        raise Unclear(
            f"is in the time zone {name[:40]}, which is not known; name one like Europe/Berlin."
        ) from None
    first, second = local.replace(tzinfo=zone), local.replace(tzinfo=zone, fold=1)
    try:
        exists = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
    except OverflowError:
        raise Unclear("lies outside the years that can be reckoned with.") from None
    if not exists:
        raise Unclear(f"is skipped in {name} when clocks go forward; choose another time.")
    if first.utcoffset() != second.utcoffset():
        one, other = (f"{m:%z}" for m in (first, second))
        raise Unclear(f"comes twice in {name} when clocks go back; end it with {one} or {other}.")
    return first


def read_duration(text: str) -> timedelta:
    """Read `90s`, `1h30m`, `2d` or ISO 8601's `PT1H30M`; raise Unclear."""
    if text.lstrip("+-").isdecimal():
        raise Unclear("has no unit; say seconds, minutes, hours or days, like 90s, 15m, 2h, 1d.")
    parts = _ISO_SPAN.fullmatch(text) or _SPAN.fullmatch(text)
    amounts = parts.groupdict() if parts else {}
    sign = amounts.pop("sign", "")
    if not any(amounts.values()):
        raise Unclear("is not a span of time; write it like 90s, 15m, 2h, 1d or 1h30m.")
    fraction = (amounts.pop("fraction") or "0").ljust(6, "0")
    try:
        span = timedelta(
            **{unit: int(amount or 0) for unit, amount in amounts.items()},
            microseconds=int(fraction),
        )
    except OverflowError:
        raise Unclear("is longer than can be reckoned with.") from None
    return -span if sign == "-" else span


def duration_words(span: timedelta) -> str:
    """Write *span* as `read_duration` reads it: `1h30m`."""
    sign, span = ("-", -span) if span < timedelta(0) else ("", span)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{span.microseconds:06}".rstrip("0") if span.microseconds else ""
    units = ((span.days, "d"), (hours, "h"), (minutes, "m"), (f"{seconds}{fraction}", "s"))
    words = "".join(f"{n}{unit}" for n, unit in units if n not in {0, "0"})
    return f"{sign}{words or '0s'}"
