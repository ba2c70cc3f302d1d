"""The schedules that the settings tell, judged before anything runs."""

from bot.domain.catalogue import Catalogue
from bot.domain.clock import SystemClock
from bot.domain.errors import Misconfigured, Refused
from bot.domain.schedule import FREEZE, ScheduleDraft
from bot.pipeline.answers import Words
from bot.pipeline.understanding import understand, unfit
from bot.schedule.desk import Wishes, heard, operation_of
from bot.settings import Settings


def wishes_of(settings: Settings) -> Wishes:
    """Return the schedules that *settings* tell."""
    return {
        name: (
            ScheduleDraft(name=name, **told.model_dump(exclude={"owner"})),
            told.owner,
            settings.policy.zone,
        )
        for name, told in settings.schedules.items()
    }


def check_schedules(settings: Settings, catalogue: Catalogue) -> None:
    """Raise Misconfigured where a schedule of *settings* could never be asked for."""
    now = SystemClock().now()
    known = {*settings.holidays, FREEZE}
    for name, (draft, _, zone) in wishes_of(settings).items():
        try:
            heard(draft.when, zone, settings.schedule.floor, now)
            operation = operation_of(catalogue, draft)
            said = understand(operation, Words(draft.params), zone)
            if said.params is None or said.unconfirmed:
                raise unfit(operation, said)
        except Refused as no:
            raise Misconfigured(
                f"The setting `schedules.{name}` is wrong: {no.message}", fix=no.fix
            ) from no
        strange = [rest for rest in draft.rests if rest not in known]
        if strange:
            raise Misconfigured(
                f"The setting `schedules.{name}.rests` names {strange[0]!r}, which is no calendar.",
                fix=f"There are {', '.join(sorted(known))}; `[holidays.NAME]` makes one.",
            )
