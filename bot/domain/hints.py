"""A service outside says that something moved there: a reason to look, and never the truth."""

from dataclasses import dataclass
from typing import Literal, Protocol

Vendor = Literal["pagerduty", "jira"]
"""Who may say so."""


@dataclass(frozen=True)
class Hint:
    """Something moved at *vendor*: look at *about*, a page's id or a ticket's key, there and now.

    *event* is the vendor's id of the news, the same when it is sent again. *kind* and *by* are in
    the vendor's words (`incident.acknowledged`, "Grace Okonjo"); *by* is empty where nobody did it.
    *ours* marks what the bot itself did there.
    """

    vendor: Vendor
    event: str
    kind: str
    about: str
    by: str = ""
    ours: bool = False


class Hints(Protocol):
    """Takes hints, each once over all replicas and restarts."""

    async def take(self, hint: Hint) -> bool:
        """Keep *hint*, to be looked into soon; False where its vendor's event was kept before.

        Raises NotNow where it cannot be kept: then the vendor is told to send it again.
        """
        ...
