"""What is written to the record.

One event for each stage of an invocation, and for the bot itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.decision import Decision
from bot.domain.fields import FieldSpec


class Stage(StrEnum):
    """The stages an event can tell of."""

    INVALID = "invalid"
    DENIED = "denied"
    INTENT = "intent"
    PREVIEW = "preview"
    APPROVAL_REQUESTED = "approval.requested"
    APPROVAL_GIVEN = "approval.given"
    APPROVAL_REFUSED = "approval.refused"
    APPROVAL_EXPIRED = "approval.expired"
    APPROVAL_WITHDRAWN = "approval.withdrawn"
    STARTED = "started"
    STEP = "step"
    OUTCOME = "outcome"
    SETTLED = "settled"
    BREAK_GLASS = "break_glass"
    BREAK_GLASS_REVIEWED = "break_glass.reviewed"
    RULES_LOADED = "rules.loaded"
    RULES_REFUSED = "rules.refused"
    CONFIG_CHANGED = "config.changed"
    SCHEDULE_FIRED = "schedule.fired"
    SCHEDULE_SKIPPED = "schedule.skipped"
    AUDIT_READ = "audit.read"
    START = "start"
    STOP = "stop"


@dataclass(frozen=True)
class Event:
    """A fact to be recorded, in clear: the audit room seals it before a byte is written.

    *params* and *fields* go together: the fields say which values are secret or personal. *subject*
    is the person whose data the personal values are: the target's value where there is one.
    *detail* holds what is particular to the stage, ready for JSON, and may hold no personal or
    secret value. *target* is what is acted on; *target_personal* says that it, too, is sealed.
    """

    id: str
    at: datetime
    stage: Stage
    team: str
    invocation: str | None = None
    actor: str = ""
    surface: str = ""
    channel: str | None = None
    operation: str = ""
    target: str | None = None
    target_personal: bool = False
    params: Mapping[str, object] = field(default_factory=dict)
    fields: tuple[FieldSpec, ...] = ()
    decision: Decision | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
