"""Joins what approvals are asked for, decided and counted with."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.clock import Clock
from bot.domain.operation import Operation
from bot.domain.ports import Approvals
from bot.main.kept import Kept
from bot.main.known import Known
from bot.pipeline.approval_cards import LaneRule
from bot.pipeline.approving import Approving
from bot.pipeline.ballots import Ballots
from bot.pipeline.matters import Matters, Needs
from bot.pipeline.offers import Offers
from bot.pipeline.protocols import Directory
from bot.pipeline.requesting import Requesting
from bot.pipeline.surroundings import Surroundings
from bot.settings import LaneSettings, Settings


@dataclass(frozen=True)
class Agreeing:
    """What asks for approvals, and what takes them."""

    requesting: Requesting
    approving: Approving
    ballots: Ballots


@dataclass(frozen=True)
class Ground:
    """What they are joined upon. *go* hands on what was approved; see `Needs` for *heard*."""

    settings: Settings
    known: Known
    kept: Kept
    people: Directory
    around: Surroundings
    offers: Offers
    clock: Clock
    go: Callable[[str, Operation], None]
    heard: Callable[[str, Collection[str]], None]


def agreeing(on: Ground) -> Agreeing:
    """Join them upon the same matters, and provide the port by which operations decide."""
    needs = Needs(
        catalogue=on.known.catalogue,
        rules=on.known.rules,
        directory=on.people,
        around=on.around,
        book=on.kept.book,
        ports=on.known.ports,
        clock=on.clock,
        fingerprint=on.kept.sealer.fingerprint,
        offers=on.offers,
        go=on.go,
        heard=on.heard,
        lanes={name: _lane(told) for name, told in on.settings.lanes.items()},
    )
    matters = Matters(needs)
    approving = Approving(needs, matters)
    ballots = Ballots(on.kept.book, matters, approving)
    on.known.ports.provide(Approvals, ballots)
    return Agreeing(Requesting(needs, matters), approving, ballots)


def _lane(told: LaneSettings) -> LaneRule:
    expires, remind = timedelta(minutes=told.expires), timedelta(minutes=told.remind)
    return LaneRule(told.channel, expires, remind)
