"""What the fields of incidents offer."""

from typing import Annotated

from pydantic import Field, StringConstraints

from bot.authoring import UNKNOWN_SERVICE, Incidents, Option, Options

LONGEST = 75


async def services(typed: str, *, incidents: Incidents) -> list[Option]:
    """Offer the services that are told here, whatever is typed, and that nobody knows which.

    A name that nobody told us is taken as it is: the press must not wait for the pager to say.
    """
    known = [service.name for service in incidents.plan.services]
    names = [UNKNOWN_SERVICE, *(n for n in known if typed.casefold() in n.casefold())]
    wanted = typed.strip()[:LONGEST]
    if wanted and wanted not in names:
        names.append(wanted)
    return [Option(name, name.capitalize() if name == UNKNOWN_SERVICE else name) for name in names]


Service = Annotated[
    str, Options(services, keep=5.0), StringConstraints(min_length=1, max_length=LONGEST)
]
"""A service by its name in the settings, or as people call it."""

Which = Annotated[str, Field(max_length=100)]
"""An incident by its number (`12`, `INC-12`), its name or its channel."""
