"""Page the person on call for a service."""

from pydantic import Field

from bot.authoring import (
    Context,
    KeyOf,
    Params,
    Refused,
    Rest,
    Result,
    Risk,
    StepRule,
    operation,
)
from commands.oncall.services import Service, name_of
from integrations.ports import Page, Pager

WAKE = "Wake who is on call"


class PageResponder(Params):
    service: Service
    """The service in trouble, by its PagerDuty id; in the form, type a part of its name."""

    reason: Rest[str] = Field(min_length=10, max_length=250)
    """What you see, in one sentence. The responder reads it on a phone, at night."""


async def paged(params: PageResponder, key_of: KeyOf, *, pager: Pager) -> bool | None:  # noqa: ARG001  The key says it all.
    """Say whether the page is there; where it is not, it may still be on its way."""
    return True if await pager.find_page(key_of(WAKE)) else None


@operation("oncall.page", risk=Risk.DISRUPT, target="service", probe=paged)
async def page_responder(params: PageResponder, ctx: Context, *, pager: Pager) -> Result:
    """Wake the person on call for a service.

    Who is woken is told from what PagerDuty says afterwards.
    """
    # Asked for first: once somebody is woken, nothing may fail that only serves to say so.
    service = await ctx.step("Find the service", name_of, params.service, pager)
    details = f"{params.reason}\n\nAsked for by {ctx.actor.name}."
    page = await ctx.step(
        WAKE,
        pager.page,
        params.service,
        params.reason,
        details,
        rule=StepRule(find=pager.find_page),
    )
    if not page.assigned:
        raise Refused(
            f"PagerDuty took page {page.id} for {service}, but it is assigned to nobody: "
            "nobody is woken.",
            fix="Call somebody yourself; `/ops oncall.who` shows who is on call.",
        )
    return Result(f"Paged {_names(page)} for {service}.", link=page.url)


def _names(page: Page) -> str:
    *others, last = (who.name for who in page.assigned)
    return f"{', '.join(others)} and {last}" if others else last
