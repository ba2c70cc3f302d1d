"""The page of the record: what is written, when, and how it can be checked."""

from audit.records import VERSION
from bot.domain.record import Stage
from tests.conventions.reference.markdown import code, table

MEANS = {
    Stage.INVALID: "What was said could not be understood: an unknown operation, or values that "
    "a field does not take. Names the fields.",
    Stage.DENIED: "It will not be done: the rules say no, who asks cannot be known, or it was "
    "asked twice. With the decision where the rules were asked.",
    Stage.INTENT: "It is allowed and will be done. Committed before anything happens; with the "
    "params and the whole decision.",
    Stage.PREVIEW: "What would change was looked at: the number of rows and their fingerprint.",
    Stage.APPROVAL_REQUESTED: "Others were asked to agree: how many by lane, until when, and the "
    "digest of exactly what they agree to. A later round means that it was asked anew.",
    Stage.APPROVAL_GIVEN: "Somebody, who is the actor, agreed: why, and who is still lacking.",
    Stage.APPROVAL_REFUSED: "Somebody, who is the actor, refused, and why; it ends there.",
    Stage.APPROVAL_EXPIRED: "It was not decided in time; it ends there.",
    Stage.APPROVAL_WITHDRAWN: "Who asked took it back before it was decided.",
    Stage.BREAK_GLASS: "Somebody broke the glass, and why; what they asked for goes on at once.",
    Stage.BREAK_GLASS_REVIEWED: "Somebody else looked at it; `of` names the invocation.",
    Stage.STARTED: "The run has begun, with the second decision, asked just before the first side "
    "effect. `resumed` says that it went on after a stop.",
    Stage.STEP: "A step has ended: its label, how, and the fingerprint of its answer.",
    Stage.OUTCOME: "The run has ended: state, code, steps, and the fingerprint of the result.",
    Stage.SETTLED: "An unknown outcome is known now: the operation's probe looked.",
    Stage.RULES_LOADED: "The rule set in force from now on, by its digest. `why`, where the bot "
    "ran already: a file `changed`, or the bot was `told` to look.",
    Stage.RULES_REFUSED: "Changed rules were not put in force: the place of the first mistake, "
    "and the digest that names them. Those before them stay.",
    Stage.CONFIG_CHANGED: "The tables were brought to another version, or a personal "
    "token was made or revoked.",
    Stage.SCHEDULE_FIRED: "The time of a schedule, who is the actor, came, and it was asked for: "
    "when it was due, how late it was, who owns it, and the key of the asking.",
    Stage.SCHEDULE_SKIPPED: "The time of a schedule, who is the actor, went by and nothing was "
    "asked for: when, and why: a holiday, a freeze, too late, too old.",
    Stage.AUDIT_READ: "Somebody read the record: who, and what they looked for.",
    Stage.START: "The bot started; with its version.",
    Stage.STOP: "The bot stopped in good order. Missing before a `start`, it was killed.",
}
"""What each stage tells."""

CODES = {
    "allowed": "a rule permits it and none forbids it",
    "forbidden": "a rule says no; its sentence is the reason",
    "no_rule": "nothing permits it; the reasons are the sentences of the rules that could",
    "error": "the rules could not be evaluated, which denies",
}


BODY = (
    ("`v`", f"the shape of the body, {VERSION}"),
    ("`id` `at` `stage`", "the event's own id (UUID 7), UTC with microseconds, the stage"),
    (
        "`team` `actor` `surface` `channel`",
        "the workspace, who asked (a Slack id), through which door, where",
    ),
    ("`invocation` `operation` `target`", "the asking, what was asked for, what it acts on"),
    ("`params`", "the values of the fields, with `intent`, `denied` and `invalid`"),
    (
        "`decision`",
        (
            "`effect` `code` `rules` `reasons` `rules_digest` `errors`, and `request`: every fact "
            "that the rules saw, so that they can be asked again"
        ),
    ),
    ("`detail`", "what is particular to the stage"),
)
"""The parts of an event."""

HIDDEN = (
    (
        "of a secret field",
        '`{"hmac": …}`: the same for the same secret, and nothing to guess it by',
    ),
    (
        "of a personal field",
        (
            '`{"sealed": …, "subject": "p_…"}`: encrypted under a key of that person\'s own; '
            'with the key erased it reads `{"erased": true}`'
        ),
    ),
    (
        "a personal target",
        "its pseudonym, `p_…`, in the column `target`; searching by the clear value finds it",
    ),
    (
        "in free text, what looks like a token, key or password",
        "`[removed: looks like …]`",
    ),
    ("results and answers", "their fingerprint and size, never themselves"),
)
"""What cannot be read in an event, and what stands there."""


def page() -> str:
    """Return the page."""
    stages = [(code(s.value), MEANS[s]) for s in Stage]
    codes = [(code(c), means) for c, means in CODES.items()]
    return f"""# The record

A table of events, `audit_event`, in the store. Rows are added in the transaction of what they tell
of; triggers refuse to change or to delete one. [Reading the record](../how-to/read-the-record.md)
shows how it is searched and verified.

## Stages

{table(("stage", "what it tells"), stages)}

The events of one invocation share its id. A change tells, in this order: `intent`, `started`,
`preview` where there is one, a `step` for each step, `outcome`; and `settled` if the outcome was
unknown and was looked for. A read tells `intent` and `outcome`.

## An event

The column `body` holds canonical JSON: sorted keys, no spaces, Unicode NFC, absent parts left out.

{table(("key", "what it is"), BODY)}

{table(("`decision.code`", "meaning"), codes)}

## What is not readable in it

{table(("value", "stands as"), HIDDEN)}

## How it is checked

`leaf` is the SHA-256 of a zero byte and the body (RFC 9162). `redbutton audit verify` hashes every
body again, compares the search columns with it, and looks for repeated ids and missing rows.
Whoever owns the database file can still write fitting hashes; that is for signatures, which are not
there yet.
"""
