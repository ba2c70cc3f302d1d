"""What the rules are told beside who asks for what: by the settings and by the store."""

from zoneinfo import ZoneInfo

from bot.domain.clock import Clock
from bot.domain.decision import TargetFacts
from bot.domain.ports import Trouble
from bot.main.kept import Kept
from bot.pipeline.oncall import OnCallDirectory
from bot.pipeline.protocols import Directory
from bot.pipeline.rosters import Roster, Rosters
from bot.pipeline.surroundings import Surroundings
from bot.settings import RosterSettings, Settings
from bot.store.freezes import SqlFreezes
from integrations.ports import Rota


def people_of(
    settings: Settings, directory: Directory, rota: Rota | None, clock: Clock
) -> OnCallDirectory:
    """Return *directory* with who is on call by the rosters of *settings*, and by *rota*."""
    policy = settings.policy
    rosters = {name: _roster(told, policy.zone) for name, told in settings.roster.items()}
    told = OnCallDirectory(directory, Rosters(rosters, clock), clock, policy.on_call_stale)
    # Apart, so that a pager that is silent takes none of the others' rosters along.
    return OnCallDirectory(told, rota, clock, policy.on_call_stale) if rota else told


def surroundings_of(
    settings: Settings, directory: Directory, kept: Kept, incidents: Trouble, clock: Clock
) -> Surroundings:
    """Return what puts questions to the rules, with all that *settings* and the store tell."""
    policy = settings.policy
    return Surroundings(
        directory,
        kept.book,
        SqlFreezes(kept.store),
        clock,
        incidents,
        ZoneInfo(policy.zone),
        {
            kind: {of: TargetFacts(one.environment, one.owner) for of, one in known.items()}
            for kind, known in settings.targets.items()
        },
    )


def _roster(told: RosterSettings, zone: str) -> Roster:
    return Roster(told.people, told.starts, told.days, ZoneInfo(told.zone or zone))
