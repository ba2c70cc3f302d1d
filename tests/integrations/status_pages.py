"""The adapter of Statuspage over the pretend vendor, every request judged."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from integrations.guard import Limits
from integrations.statuspage.adapter import Statuspage
from integrations.statuspage.config import StatuspageConfig
from playground.statuspage import API, PretendStatuspage
from tests.clock import SetClock
from tests.integrations.judging import SPECS, judge

POST, PATCH = f"POST {API}/incidents", f"PATCH {API}/incidents/{{incident}}"
KEY = "pretend-key"


@asynccontextmanager
async def judged() -> AsyncIterator[PretendStatuspage]:
    """Yield a vendor with two components, and see at the end that nothing odd was sent to it."""
    vendor = PretendStatuspage(SetClock(), key=KEY)
    vendor.judge = judge(SPECS / "vendor" / "statuspage.openapi.json")
    vendor.add_component("Checkout")
    vendor.add_component("Search")
    async with vendor.open():
        yield vendor
    assert vendor.complaints == []


def adapter(
    vendor: PretendStatuspage, *, key: str = KEY, page: str = "", limits: Limits | None = None
) -> Statuspage:
    config = StatuspageConfig(page=page or vendor.page, key=SecretStr(key), url=vendor.api)
    return Statuspage(config, SetClock(), limits or Limits(per_minute=60_000))


def told(vendor: PretendStatuspage) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what customers read: title, and the words in order."""
    return [(p.title, [(u.status, u.text) for u in p.updates]) for p in vendor.published]
