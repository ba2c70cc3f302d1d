"""Times as a form's fields write them."""

from datetime import datetime
from zoneinfo import ZoneInfo


def moment(local: str, zone: str) -> datetime | None:
    """Return the moment that *local* (`2026-11-26T12:00`) is in *zone*; None where it is none."""
    try:
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None
