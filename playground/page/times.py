"""Times as a form's fields write them, and as Slack tells them by the reader's own clock."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.clock import SystemClock

_LATEST = 253_000_000_000
"""A time in the year 9987: later ones have no date in every zone."""

_TOKEN = re.compile(r"\{(\w+?)(_pretty)?\}")
_TOLD = {
    "date_num": "%Y-%m-%d",
    "date_short": "%b {day}, %Y",
    "date": "%B {day}{th}, %Y",
    "date_long": "%A, %B {day}{th}, %Y",
    "time": "%H:%M",
    "time_secs": "%H:%M:%S",
}
_ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def moment(local: str, zone: str) -> datetime | None:
    """Return the moment that *local* (`2026-11-26T12:00`) is in *zone*; None where it is none."""
    try:
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None


def local_time(stamp: int, zone: str) -> datetime | None:
    """Return the UNIX time *stamp* as clocks in *zone* show it; None where either is none."""
    if not 0 <= stamp <= _LATEST:
        return None
    try:
        return datetime.fromtimestamp(stamp, ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        return None


def by_the_clock(seconds: str, form: str, zone: str, now: datetime | None = None) -> str:
    """Return the UNIX time *seconds* as Slack's date *form* tells it to a reader in *zone*.

    Empty where that cannot be told (docs.slack.dev: formatting message text, dates). The hours
    are those of a clock with 24, as everywhere on the page.
    """
    stamp = int(seconds) if re.fullmatch(r"[0-9]{1,12}", seconds) else -1
    at = local_time(stamp, zone)
    kinds = [found[1] for found in _TOKEN.finditer(form)]
    if at is None or not kinds or not _TOLD.keys() >= set(kinds):
        return ""
    today = (now or SystemClock().now()).astimezone(at.tzinfo).date()

    def told(found: re.Match[str]) -> str:
        kind, pretty = found.groups()
        if pretty and (word := _near(at.date(), today)):
            return word if found.start() else word.capitalize()
        return at.strftime(_TOLD[kind].format(day=at.day, th=_ENDINGS.get(at.day, "th")))

    return _TOKEN.sub(told, form)


def _near(day: date, today: date) -> str:
    away = {timedelta(-1): "yesterday", timedelta(0): "today", timedelta(1): "tomorrow"}
    return away.get(day - today, "")
