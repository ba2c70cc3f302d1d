"""The walk for newcomers. A new capability adds a chapter of its own to CHAPTERS."""

from collections import Counter
from collections.abc import Callable

from playground.page.around import Chapter, Deed, Seen
from playground.page.rooms import HOME


def succeeded(operation: str) -> Callable[[Seen], bool]:
    """Return whether a run of *operation* has succeeded."""
    return lambda seen: any(
        e.body["detail"].get("state") == "succeeded" for e in seen.of(operation, "outcome")
    )


def visited(path: str) -> Callable[[Seen], bool]:
    """Return whether somebody opened a page whose path ends in *path*."""
    return lambda seen: any(one.endswith(path) for one in seen.visited)


def refused(seen: Seen) -> bool:
    """Say whether somebody was refused."""
    return bool(seen.of("users.suspend", "denied"))


def pressed_twice(seen: Seen) -> bool:
    """Say whether one form was submitted twice, and its account let in again once."""
    sent = [d.payload["view"]["id"] for d in seen.slack.deliveries if d.kind == "view_submission"]
    return max(Counter(sent).values(), default=0) > 1 and succeeded("users.resume")(seen)


def outlived_a_kill(seen: Seen) -> bool:
    """Say whether a run that was under way when the bot was killed has succeeded since."""
    begun = {e.invocation: e.at for e in seen.events if e.stage == "intent"}
    ended = {
        e.invocation: e.at
        for e in seen.events
        if e.stage == "outcome" and e.body["detail"].get("state") == "succeeded"
    }
    spans = [(begun[run], at) for run, at in ended.items() if run in begun]
    return any(start < kill < end for kill in seen.kills for start, end in spans)


def cancelled(seen: Seen) -> bool:
    """Say whether a run was cancelled."""
    told = (e for e in seen.events if e.stage == "outcome")
    return any(e.body["detail"].get("state") == "cancelled" for e in told)


def recorded(stage: str) -> Callable[[Seen], bool]:
    """Return whether the record has an event of *stage*."""
    return lambda seen: any(event.stage == stage for event in seen.events)


def agreed_and_run(seen: Seen) -> bool:
    """Say whether a run that somebody else approved has succeeded."""
    agreed = {e.invocation for e in seen.events if e.stage == "approval.given"}
    done = (e for e in seen.events if e.stage == "outcome" and e.invocation in agreed)
    return any(e.body["detail"].get("state") == "succeeded" for e in done)


def declared_all_the_same(seen: Seen) -> bool:
    """Say whether an incident was declared of which something failed."""
    steps = seen.of("incident.declare", "step")
    broken = {e.invocation for e in steps if e.body["detail"].get("state") == "failed"}
    return any(e.invocation in broken for e in seen.of("incident.declare", "outcome"))


FIRST = Chapter(
    "The story",
    (
        Deed(
            "Suspend an account",
            "You are Ada, who leads support. Type the command below in #ops and press Enter. The "
            "bot answers at once, then edits its one message as it goes.",
            succeeded("users.suspend"),
            "ada/ops",
            '/ops users.suspend alan@example.com reason="card testing"',
        ),
        Deed(
            "See the row change",
            "The backoffice is the business's own database. Its page opens beside this one and "
            "follows along: Alan is suspended, with the reason kept.",
            visited("/things/backoffice"),
            "/things/backoffice",
        ),
        Deed(
            "Be refused, and read why",
            "Sam is in support, too, but no rule lets him suspend anybody. He learns why, and who "
            "may. The refusal is on the record.",
            refused,
            "sam/ops",
            "/ops users.suspend grace@example.com I do not like her",
        ),
        Deed(
            "Press twice",
            "As Ada, let Alan in again in a form: search for Alan, and double-click *Resume*. Two "
            "payloads reach the bot; it acts once.",
            pressed_twice,
            "ada/ops",
            "/ops users.resume",
        ),
        Deed(
            "Kill the bot in the middle",
            "This suspends eight accounts, a breath between two of them. It asks for the domain's "
            "name to be typed. While it runs, press *Kill and restart the bot* below and watch: "
            "it goes on where it was.",
            outlived_a_kill,
            "ada/ops",
            '/ops users.suspend_domain shop.example reason="stolen cards" pause=2',
        ),
        Deed(
            "Read the record",
            "Every asking stands there, the refused one too, with the rule that decided.",
            visited("/record"),
            "/record",
        ),
    ),
)

LOOK_AROUND = Chapter(
    "Look around",
    (
        Deed(
            "Open the App Home",
            "It lists what you may run. For Gus, a guest, it says why that is nothing.",
            visited(f"/{HOME}"),
            f"ada/{HOME}",
        ),
        Deed(
            "Get a file",
            "More rows than a message holds come as a file, in your messages with Redbutton.",
            lambda seen: any(file.complete for file in seen.slack.workspace.files.values()),
            "ada/ops",
            "/ops users.find example",
        ),
        Deed(
            "Change your mind",
            "Start something long, and press *Cancel* on its message: what is done stays, the "
            "rest is left alone.",
            cancelled,
            "ada/ops",
            '/ops users.suspend_domain club.example reason="a drill" pause=5',
        ),
    ),
)

TOGETHER = Chapter(
    "Ask for approval",
    (
        Deed(
            "Ask for what needs two",
            "As Ada, suspend our own domain, and type its name to confirm. A rule wants somebody "
            "else to agree, so it waits, and says until when and for whom.",
            recorded("approval.requested"),
            "ada/ops",
            '/ops users.suspend_domain example.com reason="a stolen laptop" pause=0',
        ),
        Deed(
            "Agree as somebody else",
            "Mia is an administrator. Read in her messages who asks, why, and what would change; "
            "press *Approve* and give a reason. In #ops Ada sees the same buttons, but hers do "
            "not count.",
            recorded("approval.given"),
            "mia/@redbutton",
        ),
        Deed(
            "Read that it ran",
            "Back as Ada: her one message went on by itself, and another told her who agreed.",
            agreed_and_run,
            "ada/ops",
        ),
        Deed(
            "Break the glass",
            "Eva is on call, and an incident is open. No rule lets her resume anybody, but she can "
            "press *Break glass* on her refusal: with a reason, at once, and #ops hears of it.",
            recorded("break_glass"),
            "eva/ops",
            "/ops users.resume alan@example.com",
        ),
        Deed(
            "Look at it afterwards",
            "Until somebody else has, Eva cannot break it again. As Ada, take the name from the "
            'list: `/ops glass.review NAME finding="It was right to do so"`.',
            recorded("break_glass.reviewed"),
            "ada/ops",
            "/ops glass.list",
        ),
    ),
)

FIRE = Chapter(
    "Press the red button",
    (
        Deed(
            "Declare an incident",
            "One press pages who is on call, opens a channel, brings people in, makes a ticket and "
            "tells #incidents, all at once. Watch its check-list in the new channel on the left.",
            succeeded("incident.declare"),
            "ada/ops",
            "/incident declare Checkout fails sev=2 service=checkout",
        ),
        Deed(
            "See who was woken",
            "PagerDuty's own page: what the bot says of a page was read from here. Press *Whoever "
            "is paged answers* below, and the channel says who, and after how long.",
            visited("/things/pagerduty"),
            "/things/pagerduty",
        ),
        Deed(
            "Press with a vendor down",
            "Under *Make trouble* let Jira be down, and declare another one. Nothing waits for it: "
            "the check-list says what is missing, with *Retry*, *Skip* and *I did it by hand*.",
            declared_all_the_same,
            "sam/ops",
            "/incident declare Search is slow sev=3 service=search",
        ),
        Deed(
            "Lead, and say how it goes on",
            "In the first incident's channel press *I lead*, then *Update*: the next update has a "
            "clock, and #incidents reads along.",
            succeeded("incident.update"),
            "ada/incidents",
        ),
        Deed(
            "Resolve it",
            "Type `/incident resolved We rolled back` in its channel; then close it, and take the "
            "document with its timeline along.",
            succeeded("incident.status"),
            "ada/incidents",
        ),
    ),
)

UNASKED = Chapter(
    "What comes without asking",
    (
        Deed(
            "Have times read back",
            "Times are said in words. Before anything is made of them, the bot says how it has "
            "understood them, and when the next five are.",
            succeeded("schedule.preview"),
            "ada/ops",
            '/ops schedule.preview "first Monday at 10"',
        ),
        Deed(
            "Subscribe to a digest",
            "Ada wants to know each morning what is open. It comes to her alone, by the clock of "
            "her Slack profile.",
            succeeded("digest.subscribe"),
            "ada/ops",
            "/ops digest.subscribe incidents at=8:30",
        ),
        Deed(
            "Have it told now",
            "The answer in Ada's messages ends with a command that does not wait for the morning: "
            "type it here. The schedule asks as an actor of its own, and the record says so.",
            succeeded("schedule.run"),
            "ada/@redbutton",
        ),
        Deed(
            "Find it in the App Home, and mute it",
            "It stands under *Your schedules*, with its next time. Then type "
            "`/ops digest.mute incidents` in #ops, and look again: it is paused.",
            succeeded("digest.mute"),
            f"ada/{HOME}",
        ),
    ),
)

CHAPTERS = (FIRST, LOOK_AROUND, TOGETHER, FIRE, UNASKED)
