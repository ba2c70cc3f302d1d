"""Settings of incidents and of the vendors that serve them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.domain.incident import Severity
from bot.domain.incident_plan import Plan, ServiceRule, SeverityRule, StatusPageRule

Short = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
ChannelId = Annotated[str, StringConstraints(pattern=r"^[CG][A-Z0-9]{2,20}$")]

RoomTemplate = Annotated[str, StringConstraints(max_length=80, pattern=r"\{(number|name)\}")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class PagerDutySettings(_Part):
    """How PagerDuty is met; its token comes from the environment."""

    rosters: dict[Short, Short] = {}
    """Rosters for the rules: name to the id of a PagerDuty schedule."""


class JiraSettings(_Part):
    """How Jira is met; address, e-mail and token come from the environment."""

    project: Short | None = None
    """The key of the project in which tickets are made."""

    type: Short = "Task"
    """The type of the tickets."""

    browse: Address | None = None
    """Where people see tickets, where that is not `JIRA_URL`."""

    fields: dict[str, Any] = {}
    """Values of further fields that each new ticket gets, by the id of the field."""


class StatuspageSettings(_Part):
    """How Statuspage is met; its key comes from the environment."""

    page: Short | None = None
    """The id of the page."""

    url: Address = "https://api.statuspage.io/v1/"
    """The address of the API."""


class SeveritySettings(_Part):
    """What follows from a severity."""

    sentence: Short | None = None
    """What it means, in one sentence."""

    page: bool | None = None
    """Whether somebody is woken."""

    groups: tuple[Short, ...] | None = None
    """Usergroups whose people are brought into the channel."""

    update_every: int | None = Field(None, ge=0, le=1440)
    """Minutes between two updates; nought asks for none."""

    status_page: Literal["nothing", "draft", "publish"] | None = None
    """What is done with the status page."""

    lock: bool | None = None
    """Whether deploys are locked."""


class ServiceSettings(_Part):
    """What is known of a service."""

    pager: Short | None = None
    """The service's id at the pager."""

    components: tuple[Short, ...] = ()
    """Components of the status page, by name or id."""

    groups: tuple[Short, ...] = ()
    """Usergroups whose people are brought in when it is in trouble."""

    environment: Short | None = None
    """Where it runs, for the lock of deploys; everything where left out."""


class IncidentSettings(_Part):
    """How incidents are met."""

    room: Annotated[
        str, StringConstraints(min_length=1, max_length=80, pattern=r"\{(number|name)\}")
    ] = "inc-{number}-{name}"
    """The name of an incident's channel; `{number}`, `{name}`, `{title}`, `{severity}`, `{service}`
    and `{date}` stand for what they say, and the first or the second must be in it."""

    announce: ChannelId | None = None
    """The channel in which incidents are made known."""

    bridge: Address | None = None
    """The address of the call; `{number}` and `{name}` may stand in it."""

    pager: Short | None = None
    """The pager's id of the service that is paged where no other is known."""

    fallback: Short | None = None
    """The pager's id of the service that is paged last, when nobody answers."""

    acknowledge: float = Field(300.0, ge=1, le=3600)
    """Seconds for which a page may be unanswered before others are woken."""

    same_within: float = Field(600.0, ge=0, le=86400)
    """Seconds within which the same trouble, declared again, is one incident."""

    unled: float = Field(300.0, ge=1)
    """Seconds after which somebody is asked to lead."""

    stale: float = Field(86400.0, ge=60)
    """Seconds without a word after which it is asked whether it is over."""

    reaction: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_+-]{1,50}$")] = "pushpin"
    """The emoji that puts a message into the timeline, without colons."""

    drill_pager: Short | None = None
    """The pager's id of the service that is paged in a drill: one that wakes nobody, or those who
    rehearse. Left out, a drill pages nobody."""

    drill_tickets: bool = False
    """Whether a drill makes a ticket."""

    severities: dict[Severity, SeveritySettings] = {}
    """What follows from each severity."""

    services: dict[Short, ServiceSettings] = {}
    """What is known of services, by the name that people use."""

    def plan(self) -> Plan:
        """Return how incidents are met by these settings."""
        return Plan(
            severities={s: _rule(s, self.severities.get(s)) for s in Severity},
            services=tuple(
                ServiceRule(name, s.pager, s.components, s.groups, s.environment)
                for name, s in self.services.items()
            ),
            **self.model_dump(exclude={"severities", "services"}),
        )


_RULES = {
    Severity.SEV1: SeverityRule(
        "Everybody is affected, or data is at risk.",
        page=True,
        update_every=30,
        status_page=StatusPageRule.DRAFT,
        lock=True,
    ),
    Severity.SEV2: SeverityRule(
        "Many are affected, or something important is down.",
        page=True,
        update_every=60,
        status_page=StatusPageRule.DRAFT,
    ),
    Severity.SEV3: SeverityRule(
        "Some are affected, or there is a way round.", page=True, update_every=120
    ),
    Severity.SEV4: SeverityRule("Hardly anybody notices.", page=False, update_every=0),
}


def _rule(severity: Severity, told: SeveritySettings | None) -> SeverityRule:
    shipped = _RULES[severity]
    if told is None:
        return shipped
    known = {name: value for name, value in told if value is not None}
    if "status_page" in known:
        known["status_page"] = StatusPageRule(known["status_page"])
    return SeverityRule(**{**vars(shipped), **known})
