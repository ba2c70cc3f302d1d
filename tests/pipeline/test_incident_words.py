"""What is typed after `/incident`: sub-words, synonyms, fields, and nothing lost."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from bot.authoring import (
    Context,
    Duration,
    LongText,
    Params,
    Result,
    Risk,
    Severity,
    SlackUser,
    operation,
)
from bot.domain.catalogue import Catalogue
from bot.domain.operation import Operation
from bot.pipeline.incident_words import (
    SUB_WORDS,
    Bare,
    Heard,
    Helped,
    Titled,
    Unheard,
    Wanted,
    hear,
    told,
)
from commands.incident.by_hand import done_by_hand
from commands.incident.declare import declare_incident
from commands.incident.list import list_incidents
from commands.incident.publish import publish_update
from commands.incident.show import show_incident


class Far(StrEnum):
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Part(StrEnum):
    COMMANDER = "commander"
    COMMS = "comms"


class SetStatus(Params):
    status: Far
    """How far it is."""

    message: LongText = ""
    """What is known."""

    incident: str = ""
    """Which."""


class SetSeverity(Params):
    severity: Severity
    """How bad it is."""

    message: str = ""
    """Why."""

    incident: str = ""
    """Which."""


class GiveRole(Params):
    role: Part
    """Which role."""

    person: SlackUser | None = None
    """Who; left out, you."""

    incident: str = ""
    """Which."""


class AddTask(Params):
    text: Annotated[str, Field(max_length=500)]
    """What is to be done."""

    owner: SlackUser | None = None
    """Who does it."""

    incident: str = ""
    """Which."""


class FinishTask(Params):
    number: int
    """Which task."""

    incident: str = ""
    """Which."""


class Merge(Params):
    into: str
    """Into which."""

    incident: str = ""
    """Which."""


class PageMore(Params):
    whom: str
    """Whom."""

    reason: str
    """Why."""

    incident: str = ""
    """Which."""


class Snooze(Params):
    time: Duration = timedelta(minutes=30)
    """For how long."""

    incident: str = ""
    """Which."""


def stands_in(verb: str, model: type[Params]) -> Operation:
    async def does(params: Params, ctx: Context) -> Result:
        """Do it."""
        return Result(f"{params} {ctx}")

    does.__annotations__["params"] = model
    return operation(f"incident.{verb}", risk=Risk.CHANGE)(does)


CATALOGUE = Catalogue(
    [
        declare_incident,
        done_by_hand,
        list_incidents,
        publish_update,
        show_incident,
        *(
            stands_in(verb, model)
            for verb, model in (
                ("status", SetStatus),
                ("severity", SetSeverity),
                ("role", GiveRole),
                ("task", AddTask),
                ("task_done", FinishTask),
                ("merge", Merge),
                ("snooze", Snooze),
                ("page", PageMore),
            )
        ),
    ]
)


def heard(text: str) -> Heard:
    return hear(text, CATALOGUE)


def asks(text: str) -> tuple[str, dict[str, object]]:
    found = heard(text)
    assert isinstance(found, Wanted), found
    return found.operation.removeprefix("incident."), dict(found.values)


@pytest.mark.parametrize("word", ["declare", "new", "start", "open", "create", "Declare:", "NEW"])
def test_every_word_for_declaring_declares(word: str) -> None:
    assert asks(f"{word} Checkout fails") == ("declare", {"title": "Checkout fails"})


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("sev 1", ("severity", {"severity": "SEV1"})),
        ("state monitoring", ("status", {"status": "monitoring"})),
        ("resolved", ("status", {"status": "resolved"})),
        ("commander <@U0GRACE>", ("role", {"role": "commander", "person": "U0GRACE"})),
        ("comms", ("role", {"role": "comms"})),
        ("dup INC-3", ("merge", {"into": "INC-3"})),
        ("merge INC-4 INC-3", ("merge", {"incident": "INC-4", "into": "INC-3"})),
        ("todo restart it <@U0GRACE|grace>", ("task", {"text": "restart it", "owner": "U0GRACE"})),
        ("wake checkout", ("page", {"whom": "checkout"})),
        ("page 'check out' It burns", ("page", {"whom": "check out", "reason": "It burns"})),
        ("done #3", ("task_done", {"number": "3"})),
        ("done inc-12 3", ("task_done", {"incident": "INC-12", "number": "3"})),
        ("ls", ("list", {})),
        ("list 7d", ("list", {"since": "7d"})),
        ("info INC-12", ("show", {"incident": "INC-12"})),
        ("show 12", ("show", {"incident": "12"})),
        ("snooze 2h", ("snooze", {"time": "2h"})),
        ("by hand ticket", ("by_hand", {"limb": "ticket"})),
        ("hand status_page", ("by_hand", {"limb": "status_page"})),
    ],
)
def test_synonyms_and_fields(typed: str, wanted: tuple[str, dict[str, object]]) -> None:
    assert asks(typed) == wanted


def test_what_is_named_is_taken_and_all_else_is_the_title() -> None:
    verb, values = asks("declare Checkout fails sev=2 for guests service=checkout private")

    assert verb == "declare"
    assert values == {
        "title": "Checkout fails for guests",
        "severity": "SEV2",
        "service": "checkout",
        "private": "yes",
    }


@pytest.mark.parametrize("typed", ["1", "sev1", "SEV-1", "P1", "Sev 1", "s1"])
def test_every_way_to_write_a_severity(typed: str) -> None:
    assert asks(f'declare It burns severity="{typed}"')[1]["severity"] == "SEV1"


def test_a_severity_that_nobody_knows_is_left_to_whoever_judges_it() -> None:
    assert asks("declare It burns sev=9")[1]["severity"] == "9"


@pytest.mark.parametrize(
    "typed",
    [
        '"Checkout fails"',
        "“Checkout fails”",
        "«Checkout fails»",
        "‘Checkout fails’",  # noqa: RUF001  A phone writes them.
        'title="Checkout fails"',
        "title=“Checkout fails”",
        '"Checkout fails',
    ],
)
def test_quotes_of_every_sort_are_tolerated(typed: str) -> None:
    title = asks(f"declare {typed} sev=2")[1]

    assert {k: str(v).strip('"') for k, v in title.items()} == {
        "title": "Checkout fails",
        "severity": "SEV2",
    }


def test_an_apostrophe_and_an_unknown_name_stay_in_the_title() -> None:
    line = "declare Can’t pay: error=500 at --checkout"  # noqa: RUF001  A phone writes it.

    assert asks(line)[1] == {"title": line.removeprefix("declare ")}


def test_private_within_a_title_keeps_no_secret() -> None:
    assert asks("declare Private keys leaked") == ("declare", {"title": "Private keys leaked"})
    assert asks("declare --private Keys leaked")[1]["private"] == "yes"


def test_a_choice_comes_first_and_the_message_after_it() -> None:
    assert asks("status monitoring We see recovery") == (
        "status",
        {"status": "monitoring", "message": "We see recovery"},
    )


def test_lines_of_a_message_stay_lines() -> None:
    assert asks("status monitoring first\nsecond")[1]["message"] == "first\nsecond"


def test_a_word_that_is_none_is_met_with_the_nearest() -> None:
    assert heard("statsu") == Unheard("There is no `/incident statsu`.", "Did you mean `status`?")


def test_free_words_are_only_a_proposal_to_declare() -> None:
    assert heard("checkout is down sev=1") == Titled(
        {"title": "checkout is down", "severity": "SEV1"}
    )


def test_a_slip_before_free_words_is_told_beside_the_proposal() -> None:
    found = heard("statsu monitoring again")

    assert isinstance(found, Titled)
    assert "`status`" in found.hint
    assert found.values["title"] == "statsu monitoring again"


def test_a_word_too_many_is_told_with_what_is_taken() -> None:
    assert heard("list 7d please") == Unheard(
        "`/incident list` has no place for 'please'.", "It takes since."
    )


def test_nothing_and_help() -> None:
    assert heard("  ") == Bare()
    assert heard("help me") == heard("--help") == heard("?") == Helped()


def test_help_tells_every_sub_word_that_there_is() -> None:
    lines = list(told(CATALOGUE, "/incident"))

    assert any(line.startswith("`/incident declare` (or new, start") for line in lines)
    assert not any("/incident archive" in line for line in lines)


def test_an_operation_that_is_not_here_is_asked_for_all_the_same() -> None:
    assert heard("archive now") == Wanted("archive", "incident.archive", {})


QUOTED = re.compile("[\"'`\u2018-\u201f\u00ab\u00bb\\\\]")
typed = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *(w for s in SUB_WORDS for w in (s.name, *s.also)),
                *("sev=2", "severity=nine", "incident=INC-3", "owner=<@U0GRACE>", "title="),
                *("<@U0GRACE|g>", "INC-7", "private", "--private", "monitoring", "2h", "#4"),
                *('"', "“", "'tis", "«", "«x»", "a=b", "=", "--", "\n", "P1"),
            ]
        ),
        st.text(max_size=12),
    ),
    max_size=8,
).map(" ".join)


def bare(text: str) -> str:
    return QUOTED.sub("", text).casefold()


def kept(found: Wanted | Titled) -> str:
    said = [*found.values, *map(str, found.values.values())]
    if isinstance(found, Wanted):
        sub = next(s for s in SUB_WORDS if s.name == found.word)
        said += [sub.name, *sub.also]
    return bare(" ".join(said))


@given(typed)
def test_any_line_is_answered_and_no_word_is_lost(line: str) -> None:
    found = heard(line)

    if isinstance(found, Wanted) and CATALOGUE.get(found.operation) is None:
        return
    where = bare(found.message) if isinstance(found, Unheard) else ""
    if isinstance(found, Wanted | Titled):
        where = kept(found)
    if not isinstance(found, Bare | Helped):
        # What is read as a choice, a person or a short form is there under another spelling.
        spelt = {"sev=2", "p1", "<@u0grace|g>", "owner=<@u0grace>", "#4"}
        parts = (p for w in line.split() if bare(w) not in spelt for p in re.split("[=-]", bare(w)))
        assert [p for p in parts if p.strip(":,.!\u2013_") not in where] == []
