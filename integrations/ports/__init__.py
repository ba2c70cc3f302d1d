"""What the bot needs of the world outside, by capability."""

from integrations.ports.chat import Chat, Invited, Room
from integrations.ports.database import Database, Row
from integrations.ports.pager import (
    Override,
    Page,
    PagedService,
    Pager,
    PageState,
    Responder,
    Rota,
    Shift,
)
from integrations.ports.status_page import (
    Bulletin,
    Component,
    Impact,
    Publication,
    PublicStatus,
    StatusPage,
)
from integrations.ports.tracker import Ticket, TicketDraft, Tracker

__all__ = [
    "Bulletin",
    "Chat",
    "Component",
    "Database",
    "Impact",
    "Invited",
    "Override",
    "Page",
    "PageState",
    "PagedService",
    "Pager",
    "PublicStatus",
    "Publication",
    "Responder",
    "Room",
    "Rota",
    "Row",
    "Shift",
    "StatusPage",
    "Ticket",
    "TicketDraft",
    "Tracker",
]
