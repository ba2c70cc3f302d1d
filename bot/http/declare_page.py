"""The pages of the web form: plain HTML that needs no script and nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from html import escape

from bot.domain.incident import TITLE, UNKNOWN_SERVICE, Severity
from bot.domain.incident_plan import Plan
from bot.domain.invocation import State, StepState
from bot.domain.notice import RunCard

STYLE = """
:root{color-scheme:light dark;--red:#b3121d;--line:#767676}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;padding:1rem;max-width:34rem}
h1{font-size:1.4rem}
label,legend{display:block;font-weight:600;margin-top:1rem}
.hint,.wrong{display:block;font-weight:400}
.wrong{color:var(--red)}
input:not([type=checkbox]),select,button{box-sizing:border-box;width:100%;min-height:2.75rem;
font:inherit;padding:.5rem;border:1px solid var(--line);border-radius:.3rem}
input[type=checkbox]{width:1.5rem;height:1.5rem;vertical-align:middle}
:focus-visible{outline:3px solid;outline-offset:2px}
button{margin-top:1.5rem;border:0;background:var(--red);color:#fff;font-weight:700}
button.plain{background:none;color:inherit;border:1px solid var(--line)}
@media (prefers-color-scheme:dark){:root{--red:#c9333d;--line:#8f8f8f}.wrong{color:#ff9c9c}}
"""

POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""The Content-Security-Policy: the one style above, and forms that lead here."""

_STANDS: Mapping[State, str] = {
    State.INVALID: "It was not taken.",
    State.DENIED: "It was refused.",
    State.WAITING: "It waits for approval.",
    State.ACCEPTED: "It is taken and goes on.",
    State.RUNNING: "It is being declared.",
    State.SUCCEEDED: "It is declared.",
    State.FAILED: "It failed.",
    State.CANCELLED: "It was cancelled.",
    State.UNKNOWN: "It is not known how it ended; it is being looked for.",
}
_MARKS: Mapping[StepState, str] = {
    StepState.PLANNED: "to come",
    StepState.RUNNING: "going on",
    StepState.DONE: "done",
    StepState.FAILED: "failed",
    StepState.BY_HAND: "done by hand",
}


def form_page(
    plan: Plan,
    once: str,
    said: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    """Draw the form with *once*, which tells a second press from a second incident.

    *said* are values to fill in, never the token; *errors* stand at their fields, those of no field
    (under "") at the top.
    """
    said, wrong = said or {}, errors or {}
    return _page("Declare an incident", _form(plan, once, said, wrong))


def state_page(card: RunCard | None, invocation: str, ticket: str) -> str:
    """Draw how *invocation* stands, with a button to look again, which *ticket* is for."""
    return _page("Incident", _state(card, invocation, ticket))


def told_page(message: str, fix: str) -> str:
    """Draw two sentences."""
    words = f'<p role="alert">{escape(message)}</p><p>{escape(fix)}</p>'
    return _page("Declare an incident", [words, '<p><a href="/declare">Back to the form</a></p>'])


def _page(title: str, parts: Iterable[str]) -> str:
    inner = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} · Redbutton</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{escape(title)}</h1>\n{inner}\n</main>\n</body>\n</html>\n"
    )


def _form(
    plan: Plan, once: str, said: Mapping[str, str], wrong: Mapping[str, str]
) -> Iterator[str]:
    if general := wrong.get(""):
        yield f'<p class="wrong" role="alert">{escape(general)}</p>'
    yield "<p>For when Slack is down. It is recorded under your name.</p>"
    yield '<form method="post" action="/declare">'
    yield f'<input type="hidden" name="once" value="{escape(once)}">'
    yield from _field("title", "What is wrong, in a few words", wrong)
    value = escape(said.get("title", ""))
    yield (
        f'<input id="title" name="title" required maxlength="{TITLE}" value="{value}" autofocus'
        f' autocomplete="off"{_described("title", wrong)}>'
    )
    yield from _field("severity", "How bad it is", wrong)
    yield f'<select id="severity" name="severity"{_described("severity", wrong)}>'
    chosen = said.get("severity", Severity.SEV3.value)
    for one in Severity:
        picked = " selected" if one.value == chosen else ""
        about = escape(f"{one.value}: {plan.rule(one).sentence}")
        yield f'<option value="{one.value}"{picked}>{about}</option>'
    yield "</select>"
    yield from _field("service", "What is broken; unknown is an answer", wrong)
    service = escape(said.get("service", UNKNOWN_SERVICE))
    yield (
        f'<input id="service" name="service" list="services" value="{service}"'
        f' autocomplete="off"{_described("service", wrong)}>'
    )
    known = "".join(f'<option value="{escape(s.name)}">' for s in plan.services)
    yield f'<datalist id="services">{known}</datalist>'
    ticked = " checked" if said.get("private") == "yes" else ""
    yield (
        f'<label for="private"><input type="checkbox" id="private" name="private" value="yes"'
        f"{ticked}> Private: only those in its channel learn of it</label>"
    )
    yield from _field("token", "Your token, as redbutton token made it", wrong)
    yield (
        '<input id="token" name="token" type="password" required'
        f' autocomplete="current-password"{_described("token", wrong)}>'
    )
    yield "<button>Declare it now</button>\n</form>"


def _field(name: str, label: str, wrong: Mapping[str, str]) -> Iterator[str]:
    yield f'<label for="{name}">{escape(label)}</label>'
    if said := wrong.get(name):
        yield f'<span class="wrong" id="{name}-wrong" role="alert">{escape(said)}</span>'


def _described(name: str, wrong: Mapping[str, str]) -> str:
    named = f' aria-invalid="true" aria-describedby="{name}-wrong"'
    return named if wrong.get(name) else ""


def _state(card: RunCard | None, invocation: str, ticket: str) -> Iterator[str]:
    state = card.state if card else State.ACCEPTED
    yield f'<p role="status"><strong>{escape(_STANDS[state])}</strong></p>'
    if card is not None:
        if card.result is not None:
            yield f"<p>{escape(card.result.text)}</p>"
        if card.problem:
            yield f"<p>{escape(card.problem)} {escape(card.fix)}</p>"
        if card.steps:
            lines = (f"<li>{escape(s.label)}: {_MARKS[s.state]}</li>" for s in card.steps)
            yield f"<ul>{''.join(lines)}</ul>"
    yield '<form method="post" action="/declare/state">'
    yield f'<input type="hidden" name="invocation" value="{escape(invocation)}">'
    yield f'<input type="hidden" name="ticket" value="{escape(ticket)}">'
    yield '<button class="plain">Look again</button>\n</form>'
    yield f"<p>Its number on the record: <code>{escape(invocation)}</code></p>"
