"""What one is paged for: a service, offered as one types."""

from collections.abc import Sequence
from typing import Annotated

from bot.authoring import Option, Options, Refused
from integrations.ports import Pager


async def offer_services(typed: str, *, pager: Pager) -> Sequence[Option]:
    """Return the services whose name holds what was *typed*, or whose id it is."""
    return [Option(one.id, one.name[:75]) for one in await pager.services(typed)]


Service = Annotated[str, Options(offer_services)]
"""A service by its PagerDuty id, offered by a part of its name."""


async def name_of(service: str, pager: Pager) -> str:
    """Return what the service with this id is called; raise Refused where there is none."""
    for one in await pager.services(service):
        if one.id == service:
            return one.name
    raise Refused(
        f"PagerDuty has no service {service!r}, so nobody was woken.",
        fix="`/ops oncall.page` opens the form, which offers what there is.",
    )
