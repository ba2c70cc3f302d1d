"""What the app may use once or a few times: trigger ids, response addresses, tickets."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from playground.errors import SlackError
from playground.model import Message

TRIGGER_LIFE = timedelta(seconds=3)
"""docs.slack.dev: views.open, `expired_trigger_id`."""

RESPONSE_LIFE = timedelta(minutes=30)
RESPONSE_USES = 5
"""docs.slack.dev: handling-user-interaction, five posts within 30 minutes."""


@dataclass(eq=False)
class Trigger:
    """A right to open one view for *person*."""

    person: str
    made: datetime
    in_modal: bool
    used: bool = False


@dataclass(eq=False)
class ResponseAddress:
    """A right to answer in *channel*, to *person* or to all; *original* is what it may replace."""

    person: str
    channel: str
    made: datetime
    original: Message | None = None
    thread_ts: str = ""
    uses: int = 0


class Permits:
    """Hands out permits and takes them back."""

    def __init__(self) -> None:
        self.triggers: dict[str, Trigger] = {}
        self.addresses: dict[str, ResponseAddress] = {}
        self.tickets: dict[str, bool] = {}
        """Tickets for one socket each, and whether they were used."""

    def trigger(self, person: str, now: datetime, *, in_modal: bool = False) -> str:
        """Make a trigger id for *person*."""
        number = len(self.triggers) + 1
        made = int(now.timestamp() * 1000)
        digest = hashlib.md5(f"{number}".encode(), usedforsecurity=False).hexdigest()
        trigger_id = f"{made}.{number:010d}.{digest}"
        self.triggers[trigger_id] = Trigger(person, now, in_modal)
        return trigger_id

    def exchange(self, trigger_id: str, now: datetime) -> Trigger:
        """Use *trigger_id* up; raises SlackError when it is unknown, used or too old."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if now - trigger.made > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def address(self, address: ResponseAddress) -> str:
        """Remember *address* and return the token that its URL ends with."""
        token = f"{len(self.addresses) + 1:012d}"
        self.addresses[token] = address
        return token

    def use_address(self, token: str, now: datetime) -> ResponseAddress:
        """Count one use of *token*; raises SlackError when it is unknown, used up or too old."""
        address = self.addresses.get(token)
        if address is None:
            raise SlackError("invalid_url")
        if now - address.made > RESPONSE_LIFE:
            raise SlackError("expired_url")
        if address.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        address.uses += 1
        return address

    def ticket(self) -> str:
        """Make a ticket for one socket."""
        ticket = f"ticket-{len(self.tickets) + 1:06d}"
        self.tickets[ticket] = False
        return ticket

    def use_ticket(self, ticket: str) -> None:
        """Use *ticket* up; raises SlackError when it is unknown or used."""
        if ticket not in self.tickets:
            raise SlackError("invalid_ticket")
        if self.tickets[ticket]:
            raise SlackError("used_ticket")
        self.tickets[ticket] = True
