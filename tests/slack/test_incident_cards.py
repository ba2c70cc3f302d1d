"""Incidents as Slack shows them, however much there is to tell."""

from datetime import UTC, datetime

import pytest

from bot.domain.incident import (
    Call,
    Change,
    Holder,
    Incident,
    Limb,
    LimbState,
    Role,
    Severity,
    Status,
)
from bot.domain.notice import IncidentCard, IncidentFace
from bot.slack.incidents import incident_card
from tests.slack.monster import faults_of_message

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
HUGE = "<!here> *bold* & `code` " * 400
ADDRESS = f"https://example.com/{'a' * 480}"
LIMBS = ("page", "room", "people", "announcement", "ticket", "status_page", "bridge", "lock")


def monster(state: LimbState, status: Status) -> Incident:
    """Return an incident of which there is too much to tell."""
    change = Change(
        invocation="i", operation="o", words="", summary=HUGE, by_name=HUGE[:80], at=NOW
    )
    return Incident(
        id="i",
        number=10**9,
        team="T1",
        invocation="v",
        name="ample-otter",
        title=HUGE[:200],
        severity=Severity.SEV1,
        service=HUGE[:75],
        status=status,
        declared_by="U0ADA",
        declared_by_name="Ada",
        at=NOW,
        source=ADDRESS,
        bridge=ADDRESS,
        room="C0ROOM",
        limbs=tuple(
            Limb(name=name, label="Page who is on call", state=state, note=HUGE, link=ADDRESS)
            for name in LIMBS
        ),
        calls=(Call(page="Q", service="s", at=NOW, woken=(HUGE,) * 5),) * 9,
        roles={role: Holder(id="U0ADA", name="Ada", at=NOW) for role in Role},
        summary=HUGE[:2000],
        stakeholders=HUGE[:2000],
        changes=(change,) * 30,
        next_update_at=NOW,
        reason=HUGE[:300],
    )


@pytest.mark.parametrize("face", IncidentFace)
@pytest.mark.parametrize("state", [LimbState.BY_HAND, LimbState.FAILED, LimbState.DONE])
@pytest.mark.parametrize("status", [Status.INVESTIGATING, Status.RESOLVED, Status.MERGED])
def test_an_incident_of_any_size_is_taken_by_slack(
    face: IncidentFace, state: LimbState, status: Status
) -> None:
    incident = monster(state, status)

    card = incident_card(IncidentCard(face=face, incident=incident, sentence=HUGE))

    assert faults_of_message(card) == []
    assert "<!here>" not in str(card)
