"""An incident of which all is known, and its timeline."""

from datetime import UTC, datetime, timedelta

from bot.domain.incident import (
    Call,
    Change,
    Holder,
    Incident,
    Limb,
    LimbState,
    Moment,
    MomentKind,
    Role,
    Settled,
    Severity,
    Status,
    Task,
)

BEGAN = datetime(2026, 11, 20, 2, 58, tzinfo=UTC)
AT = BEGAN + timedelta(minutes=5)
ADA, GRACE = "U0ADA", "U0GRACE"


def after(minutes: float) -> datetime:
    """Return the time so many *minutes* after it was declared."""
    return AT + timedelta(minutes=minutes)


def trouble(**more: object) -> Incident:
    """Return an incident that went through everything, but for *more*."""
    whole = Incident(
        id="01939a00-0000-7000-8000-000000000012",
        number=12,
        version=31,
        team="T1",
        invocation="01939a00-0000-7000-8000-000000000001",
        name="amber-otter",
        title="Checkout fails for everybody",
        severity=Severity.SEV1,
        service="checkout",
        status=Status.CLOSED,
        declared_by=ADA,
        declared_by_name="Ada",
        at=AT,
        began_at=BEGAN,
        source="https://grafana.example.com/d/checkout",
        room="C0INC12",
        room_name="inc-12-amber-otter",
        room_url="https://example.slack.com/archives/C0INC12",
        people=(ADA, GRACE),
        limbs=(
            Limb(
                name="ticket",
                label="Open a ticket",
                state=LimbState.DONE,
                note="OPS-7",
                link="https://example.atlassian.net/browse/OPS-7",
                ref="OPS-7",
            ),
        ),
        calls=(
            Call(
                page="PAGE1",
                service="PCHECK1",
                url="https://example.pagerduty.com/incidents/PAGE1",
                at=after(0.1),
                woken=("Grace Okonjo", "Linus Park"),
                acknowledged_by="Grace Okonjo",
                acknowledged_at=after(0.8),
            ),
            Call(page="PAGE2", service="PPAY1", at=after(4)),
        ),
        roles={Role.COMMANDER: Holder(id=GRACE, name="Grace", at=after(2))},
        summary="A certificate had run out.",
        tasks=(
            Task(number=1, text="Renew it", at=after(3), by_name="Grace", owner=ADA, done=True),
            Task(
                number=2,
                text="Warn before certificates run out",
                at=after(9),
                by_name="Ada",
                follow_up=True,
                ticket="OPS-8",
                link="https://example.atlassian.net/browse/OPS-8",
            ),
        ),
        changes=(
            Change(
                invocation="c1",
                operation="flags.set",
                words="name=new-checkout on=no",
                summary="new-checkout is off",
                by_name="Grace",
                at=after(5),
                settled=Settled.UNDONE,
                settled_by=GRACE,
            ),
            Change(
                invocation="c2", operation="freeze.set", words="", summary="", by_name="Ada",
                at=after(6),
            ),
        ),
        public="PUB1",
        public_status="resolved",
        mitigated_at=after(20),
        resolved_at=after(65),
        ended_at=after(70),
        reason="The certificate is renewed",
    )  # fmt: skip
    return whole.with_(**more)


def timeline() -> tuple[Moment, ...]:
    """Return what happened in it."""
    return (
        Moment(
            source="declared", at=AT, kind=MomentKind.DECLARED, text="Ada declared it, SEV1.",
            by=ADA, by_name="Ada", link="https://grafana.example.com/d/checkout",
        ),
        Moment(
            source="limb room x", at=after(0.1), kind=MomentKind.LIMB,
            text="Open the channel: #inc-12-amber-otter.",
        ),
        Moment(
            source="role", at=after(2), kind=MomentKind.ROLE, text="Grace leads.", by=GRACE,
            by_name="Grace",
        ),
        Moment(
            source="public 1", at=after(10), kind=MomentKind.PUBLIC,
            text="Customers were told (investigating): We are looking into it.", by=ADA,
            by_name="Ada", link="https://stspg.io/1",
        ),
        Moment(
            source="update", at=after(12), kind=MomentKind.UPDATE,
            text='=HYPERLINK(1), "quoted"\nand a second line', by=GRACE, by_name="@grace",
        ),
    )  # fmt: skip
