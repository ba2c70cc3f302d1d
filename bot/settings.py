"""Settings.

`redbutton.toml`, with the environment for secrets. A wrong one names itself, the rule and an
example.
"""

import os
import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NaiveDatetime,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from bot.domain.errors import Misconfigured
from bot.settings_examples import EXAMPLES
from bot.settings_incidents import (
    IncidentSettings,
    JiraSettings,
    PagerDutySettings,
    StatuspageSettings,
)
from bot.settings_schedules import (
    CalendarName,
    DeclaredSchedule,
    HolidaySettings,
    ScheduleName,
    ScheduleSettings,
)

SLACK_ID = r"^[A-Z][A-Z0-9]{2,20}$"
SlackId = Annotated[str, StringConstraints(pattern=SLACK_ID)]
CONFIG_VARIABLE = "REDBUTTON_CONFIG"
DEFAULT_CONFIG = "redbutton.toml"

_DATABASE = re.compile(r"(sqlite:///|postgres(ql(\+psycopg)?)?://)\S+")


def _is_database(url: SecretStr) -> SecretStr:
    if not _DATABASE.fullmatch(url.get_secret_value()):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return url


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    # A name that is a folder of the zone files, like `Europe`, fails as a file does.
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; name one like Europe/Berlin or UTC") from None
    return name


Zone = Annotated[str, AfterValidator(_is_zone)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class PolicySettings(_Part):
    """Where the rules are."""

    paths: tuple[Path, ...] = ()
    """Rule files or folders of them, read beside the shipped rules."""

    replace: bool = False
    """Whether the shipped rules are left out."""

    zone: Zone = "UTC"
    """The time zone in which rules count weekdays and hours."""

    incident: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    """The incident that is open, for the rules; left out while all is well."""

    on_call_stale: float = Field(600.0, ge=60)
    """Seconds for which who is on call still counts while the pager does not answer.

    After that, nobody is on call.
    """


class RosterSettings(_Part):
    """People who take turns at being on call."""

    people: tuple[SlackId, ...] = Field(min_length=1)
    """Slack ids of who takes turns, in their order."""

    starts: NaiveDatetime
    """When the first turn begins, by the clock on the wall; each hand-over is at that hour."""

    days: int = Field(7, ge=1, le=366)
    """How many days a turn lasts."""

    zone: Zone | None = None
    """The time zone of `starts`; that of `policy.zone` when left out."""

    @field_validator("starts")
    @classmethod
    def _is_near(cls, starts: datetime) -> datetime:
        if not datetime(2000, 1, 1) <= starts < datetime(2100, 1, 1):  # noqa: DTZ001  A wall clock's.
            raise ValueError("must lie between the years 2000 and 2099")
        return starts


class TargetSettings(_Part):
    """What is known of something that operations act on."""

    environment: Annotated[str, StringConstraints(min_length=1)] | None = None
    """Where it runs, for the rules and for freezes."""

    owner: Annotated[str, StringConstraints(min_length=1)] | None = None
    """The group that owns it."""


class LaneSettings(_Part):
    """How approval is asked for in one lane; the rules say who may give it, and for what."""

    channel: SlackId | None = None
    """The channel in which the requests are posted, beside direct messages."""

    expires: float = Field(240.0, gt=0, le=10080)
    """Minutes after which what nobody has decided lapses."""

    remind: float = Field(60.0, gt=0)
    """Minutes after which those who may decide are reminded."""


class GlassSettings(_Part):
    """Where broken glass is heard of."""

    channel: SlackId | None = None
    """The channel that is told loudly whenever somebody breaks the glass."""


class DatabaseSettings(_Part):
    """A business database that operations reach by its name."""

    url: SecretStr
    """SQLAlchemy URL of the database; it may hold a password, so it is never shown."""

    timeout: float = Field(10.0, gt=0, le=300)
    """Seconds after which a statement is stopped."""


class CliSettings(_Part):
    """Who may use the command line beside a running bot."""

    users: dict[str, SlackId] = {}
    """Operating-system user to the Slack user whose rights they have."""

    auditors: tuple[str, ...] = ()
    """Operating-system users who may read the record, beside the owner of the store's files."""


class SlackSettings(_Part):
    """How Slack is met."""

    team: SlackId | None = None
    """The workspace's id; learnt from Slack when left out."""

    url: str = "https://redbutton.example.com/slack/events"
    """Where Slack reaches the bot from outside; the manifest holds it."""

    max_age: float = Field(300.0, gt=0)
    """Seconds for which what is known of a person counts as fresh."""

    stale: float = Field(3600.0, gt=0)
    """Seconds for which it still counts while Slack does not answer.

    After that, nobody is known.
    """


class Settings(BaseSettings):
    """All settings. Secrets come from the environment alone."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    bot_token: SecretStr | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    """The bot's token, `xoxb-…`."""

    signing_secret: SecretStr | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    """What Slack signs its requests with; set, requests come by HTTP."""

    app_token: SecretStr | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    """The app-level token, `xapp-…`; set, the bot connects to Slack, by Socket Mode."""

    api_url: Annotated[str, StringConstraints(pattern=r"^https?://\S+/$")] = Field(
        "https://slack.com/api/", validation_alias="SLACK_API_URL"
    )
    """Slack's Web API; another address serves other regions and tests."""

    database_url: Annotated[SecretStr, AfterValidator(_is_database)] = Field(
        SecretStr("sqlite:///var/redbutton.db"), validation_alias="DATABASE_URL"
    )
    """The store: an SQLite file, or a PostgreSQL database that several bots may share.

    The folder of an SQLite file also holds the engine's file, the key, the lock and the socket.
    """

    var: Path = Field(Path("var"), validation_alias="REDBUTTON_VAR")
    """With PostgreSQL: the folder of the lock and the socket, one for each bot."""

    port: int = Field(3000, ge=0, le=65535, validation_alias="REDBUTTON_PORT")
    """The port that is listened on; 0 takes a free one."""

    host: str = Field("127.0.0.1", validation_alias="REDBUTTON_HOST")
    """The address that is listened on."""

    key: SecretStr | None = Field(None, validation_alias="REDBUTTON_KEY")
    """32 bytes in base64 that seal what is kept.

    Left out, a file beside an SQLite store holds them; PostgreSQL needs it, the same for each bot.
    """

    pagerduty_token: SecretStr | None = Field(None, validation_alias="PAGERDUTY_API_TOKEN")
    """PagerDuty's REST API key; set, pages are sent."""

    pagerduty_from: str | None = Field(None, validation_alias="PAGERDUTY_FROM")
    """The e-mail of the PagerDuty user in whose name pages are made."""

    pagerduty_url: str = Field("https://api.pagerduty.com", validation_alias="PAGERDUTY_API_URL")
    """PagerDuty's API; `https://api.eu.pagerduty.com` for accounts in Europe."""

    pagerduty_secret: SecretStr | None = Field(None, validation_alias="PAGERDUTY_WEBHOOK_SECRET")
    """What PagerDuty signs its webhooks with; set, they are taken."""

    jira_url: str | None = Field(None, validation_alias="JIRA_URL")
    """Jira's address; set, tickets are made."""

    jira_email: str | None = Field(None, validation_alias="JIRA_EMAIL")
    """The e-mail of the Jira user in whose name tickets are made."""

    jira_token: SecretStr | None = Field(None, validation_alias="JIRA_API_TOKEN")
    """That user's API token."""

    jira_secret: SecretStr | None = Field(None, validation_alias="JIRA_WEBHOOK_SECRET")
    """What Jira signs its webhooks with; set, they are taken."""

    statuspage_key: SecretStr | None = Field(None, validation_alias="STATUSPAGE_API_KEY")
    """Statuspage's API key; set with `statuspage.page`, the status page can be told."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", validation_alias="REDBUTTON_LOG_LEVEL"
    )
    """The least severe line that is logged."""

    slack: SlackSettings = SlackSettings()
    policy: PolicySettings = PolicySettings()
    groups: dict[str, tuple[SlackId, ...]] = {}
    """Groups beside Slack's usergroups, for the rules: name to people's ids."""
    channels: dict[str, tuple[SlackId, ...]] = {}
    """Groups of channels, for the rules: name to channels' ids."""
    roster: dict[str, RosterSettings] = {}
    """Who is on call, for the rules: name to people who take turns."""
    targets: dict[str, dict[str, TargetSettings]] = {}
    """What operations act on, by the field that names it and by its value."""
    databases: dict[str, DatabaseSettings] = {}
    """Business databases by name."""
    lanes: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], LaneSettings] = {}
    """Lanes of approval by name."""
    glass: GlassSettings = GlassSettings()
    incident: IncidentSettings = IncidentSettings()
    pagerduty: PagerDutySettings = PagerDutySettings()
    jira: JiraSettings = JiraSettings()
    statuspage: StatuspageSettings = StatuspageSettings()
    cli: CliSettings = CliSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    schedules: dict[ScheduleName, DeclaredSchedule] = {}
    """What is asked for at given times, by name; beside what is made in Slack."""
    holidays: dict[CalendarName, HolidaySettings] = {}
    """Calendars of days off, by name."""
    aliases: dict[Annotated[str, StringConstraints(pattern=r"^/[a-z0-9_-]{1,31}$")], str] = {}
    """Extra slash commands: each means an operation."""

    @field_validator("bot_token", "app_token")
    @classmethod
    def _is_token(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        begins = "xoxb-" if info.field_name == "bot_token" else "xapp-"
        if token is not None and not token.get_secret_value().startswith(begins):
            raise ValueError(f"must begin with {begins}")
        return token

    @override
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing but what `load` hands in: it has looked everywhere already."""
        return (init_settings,)

    @property
    def folder(self) -> Path:
        """Return the folder of what this bot alone has: its lock and its socket."""
        return self.var if isinstance(self.store, str) else self.store.parent

    @property
    def store(self) -> Path | str:
        """Return the store's SQLite file, or its PostgreSQL URL as SQLAlchemy takes it."""
        kind, _, place = self.database_url.get_secret_value().partition("://")
        return Path(place[1:]) if kind == "sqlite" else f"postgresql+psycopg://{place}"

    @classmethod
    def load(cls, environ: dict[str, str] | None = None) -> Self:
        """Read the file and the environment.

        Raises Misconfigured naming the setting, the rule and an example.
        """
        env = dict(os.environ) if environ is None else environ
        chosen = env.get(CONFIG_VARIABLE)
        path = Path(chosen or DEFAULT_CONFIG)
        told = _file(path, wanted=bool(chosen))
        names = {str(f.validation_alias) for f in cls.model_fields.values() if f.validation_alias}
        told |= {name: value for name, value in env.items() if name in names and value}
        try:
            return cls(**told)
        except ValidationError as wrong:
            raise _misconfigured(wrong, path) from None


def _file(path: Path, *, wanted: bool) -> dict[str, Any]:
    if not path.exists():
        if wanted:
            raise Misconfigured(
                f"`{CONFIG_VARIABLE}` names {str(path)!r}, which does not exist.",
                fix="Write that file or unset the variable; see `docs/reference/settings.md`.",
            )
        return {}
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(
            f"{str(path)!r} cannot be read: {error}.",
            fix='It is TOML: `[groups]` and then `support = ["U0123ABCD"]`.',
        ) from None
    variables = {n: str(f.validation_alias or n) for n, f in Settings.model_fields.items()}
    for name in sorted(told):
        variable = variables.get(name, name)
        if variable.isupper():
            raise Misconfigured(
                f"{str(path)!r} holds {name!r}, which belongs into the environment.",
                fix=f"Remove it there and say `export {variable}=…`.",
            )
    return told


def _misconfigured(wrong: ValidationError, path: Path) -> Misconfigured:
    first = wrong.errors(include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    shown = EXAMPLES.get(name) or EXAMPLES.get(name.rpartition(".")[0]) or _nearest(name)
    where = "environment variable" if name.isupper() else f"setting in {str(path)!r},"
    rule = first["msg"].removeprefix("Value error, ")
    return Misconfigured(f"The {where} `{name}` is wrong: {rule}.", fix=f"For example: {shown}")


def _nearest(name: str) -> str:
    for part, example in EXAMPLES.items():
        if name.split(".", maxsplit=1)[0] == part.split(".")[0]:
            return example
    return "see `docs/reference/settings.md`."
