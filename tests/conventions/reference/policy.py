"""The page of the rules' vocabulary: what a rule may name, and of which type it is."""

from bot.domain.fields import Kind
from policies.schema import RISKS, early_schema_text, schema_text
from policies.values import LOOKS
from tests.conventions.house import catalogue
from tests.conventions.reference.markdown import code, table

PRINCIPALS = (
    (
        "`User`",
        "team and Slack id, `T0123/U0123ABCD`",
        "`guest`, `external` (of another organisation), `bot`: true or false",
        (
            '`Usergroup::"…"`: Slack\'s usergroups by their handle, and `groups` of the settings; '
            '`OnCall::"…"`: the `roster` of the settings that they are on call for now'
        ),
    ),
    ("`Schedule`", "team and the schedule's name", "none", "none"),
)
"""Who can ask."""

CONTEXT = (
    ("`context.surface`", "`String`", "the door: `slack`, `cli`, `schedule` or `web`"),
    ("`context.now`", "`datetime`", "the moment of the question"),
    ("`context.weekday`", "`Long`", "1 is Monday, 7 is Sunday, in `policy.zone`"),
    ("`context.minute`", "`Long`", "minutes since midnight, in `policy.zone`"),
    (
        "`context.channel`",
        "`Channel`, where there is one",
        (
            "the channel it was asked in: `.shared` says that other organisations read it, "
            '`in ChannelGroup::"…"` asks the `channels` of the settings'
        ),
    ),
    ("`context.freeze`", "`Bool`", "changes to the target, or to everything, are frozen"),
    ("`context.incident`", "`String`, where there is one", "the open incident: `policy.incident`"),
    ("`context.break_glass`", "`Bool`", "who asks breaks the glass for it"),
    (
        "`context.recent`",
        "`Long`",
        "how often who asks was let run the same operation within the hour before",
    ),
    (
        "`context.recent_target`",
        "`Long`",
        "how often anybody was let run it on the same target within the hour before",
    ),
    (
        "`context.approvals`",
        "a record",
        (
            "how many agree, by lane: `context.approvals.finance >= 2`; a lane is where somebody "
            'may approve, `action == Action::"approve.finance"`, and is asked for at most 3'
        ),
    ),
    (
        "`context.params`",
        "a record",
        "the values of the fields; one that may be absent is asked for with `has` first",
    ),
)
"""What a question carries beside who, what and whom."""


def page() -> str:
    """Return the page."""
    known = catalogue()
    example = known.get("users.suspend")
    assert example is not None
    risks = [(r.name, ", ".join(code(g) for g in groups)) for r, groups in RISKS.items()]
    kinds = [(k.value, code(LOOKS[k].type) if k in LOOKS else "not seen by rules") for k in Kind]
    return f"""# What rules may name

The schema is made from the operations and handed to Cedar with every question, so a rule that
misspells something is found by `redbutton policy check` before it can decide anything.
[Writing rules](../how-to/write-rules.md) shows how they are written.

## Who asks: `principal`

{table(("type", "id", "attributes", "groups"), PRINCIPALS)}

## What is asked for: `action`

An operation's own name, `Action::"users.suspend"`; its group, `Action::"users"`; or its risk:

{table(("risk", "actions"), risks)}

## What is acted on: `resource`

`Target::user::"ada@example.com"` where the operation has a target, here a field called `user`; else
`Operation::"users.find"`. A target may have `resource.environment`, a text, and `resource.owner`, a
group: those that `targets` of the settings tell. Ask with `has` first whether they are there.

## Who approves: `action == Action::"approve.…"`

Who may agree, in a lane, to what another asks for is a question by itself: `principal` is who
agrees, `resource` what would be acted on, and `context.requester`, a `User`, and
`context.operation` say what was asked for, in place of `context.params`.

## Where, when and with what: `context`

{table(("name", "type", "what it is"), CONTEXT)}

{table(("kind of field", "type in a rule"), kinds)}

Before there are params (help, opening a form, suggestions while typing) rules are asked under
a looser set that knows `principal`, `action` and `context.surface` alone; it hides and explains,
and never decides. [Decision 5](../decisions/0005-could-is-derived.md) says how it is derived.

## The schema of this version

```
{schema_text(known).rstrip()}
```

Before there are params, each context is `{{ surface: String }}`; the schema is then
{len(early_schema_text(known).splitlines())} lines like these.
"""
