"""A run is one calm message; a note is a sentence; nothing in either can call anybody."""

import csv
import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.invocation import State, StepState
from bot.domain.notice import Audience, Note, RunCard, StepLine
from bot.domain.operation import Risk
from bot.domain.result import Result
from bot.slack.cards import card, detail, note_view, overflow
from bot.slack.tables import as_csv
from tests.slack.monster import faults_of_message, faults_of_view, mrkdwn_in, words_in

ID = "0199b5a0-0000-7000-8000-0000deadbeef"
SUSPEND = RunCard(
    invocation=ID,
    operation="users.suspend",
    summary="Suspend a user.",
    risk=Risk.CHANGE,
    asked_by="U0ADA",
    asked_by_name="Ada",
    words='user=mallory@example.com reason="card testing"',
    state=State.RUNNING,
    steps=(
        StepLine(label="Look the account up", state=StepState.DONE),
        StepLine(label="Suspend it", state=StepState.RUNNING),
        StepLine(label="Tell them", state=StepState.PLANNED),
    ),
)
FIND = SUSPEND.model_copy(
    update={
        "operation": "users.find",
        "summary": "Find accounts.",
        "risk": Risk.READ,
        "state": State.SUCCEEDED,
        "steps": (),
        "result": Result("Two accounts.", table=(("name", "state"), ("Ada", "active"))),
    }
)


def a(run: RunCard, **changes: Any) -> RunCard:
    return run.model_copy(update=changes)


def told(message: dict[str, Any] | None) -> str:
    return "\n".join(words_in((message or {}).get("blocks")))


def buttons(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    pressed = [e for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
    return {e["action_id"]: e for e in pressed}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("risk", Risk)
def test_every_state_of_every_risk_is_a_good_message(state: State, risk: Risk) -> None:
    message = card(a(SUSPEND, state=state, risk=risk, problem="It is late.", fix="Wait."))

    assert faults_of_message(message) == []


def test_a_run_says_what_who_with_which_words_and_how_far() -> None:
    message = card(SUSPEND, Audience.CHANNEL)

    words = told(message)
    assert "⏳ *Suspend a user* · running · <@U0ADA>" in words
    assert '`users.suspend user=mallory@example.com reason="card testing"`' in words
    assert "✓ Look the account up\n⏳ Suspend it\n○ Tell them" in words
    assert "users.suspend · deadbeef" in words
    assert message["text"] == "⏳ Suspend a user: running, for Ada."


def test_a_failed_step_tells_why_beside_its_label() -> None:
    failed = StepLine(label="Suspend it", state=StepState.FAILED, note="The table is locked.")

    message = card(a(SUSPEND, steps=(failed,)))

    assert "✗ Suspend it – The table is locked." in told(message)  # noqa: RUF001  A dash.


def test_of_many_steps_the_last_are_shown() -> None:
    many = tuple(StepLine(label=f"Step {n} " * 15, state=StepState.DONE) for n in range(60))

    words = told(card(a(SUSPEND, steps=many)))

    assert "Step 59" in words
    assert "steps before these" in words
    assert "Step 0 " not in words


@pytest.mark.parametrize(
    ("state", "risk", "can"),
    [
        (State.ACCEPTED, Risk.CHANGE, True),
        (State.RUNNING, Risk.DISRUPT, True),
        (State.RUNNING, Risk.READ, False),
        (State.SUCCEEDED, Risk.CHANGE, False),
        (State.UNKNOWN, Risk.CHANGE, False),
    ],
)
def test_what_is_under_way_can_be_cancelled_after_a_question(
    state: State, risk: Risk, *, can: bool
) -> None:
    found = buttons(card(a(SUSPEND, state=state, risk=risk))).get("cancel", {})

    assert (found.get("value") == ID) is can
    assert ("confirm" in found) is can


def test_only_the_one_who_reads_alone_is_offered_to_share() -> None:
    assert buttons(card(FIND))["share"]["value"] == ID
    assert "share" not in buttons(card(FIND, Audience.CHANNEL))
    assert "share" not in buttons(card(FIND, Audience.DIRECT))
    assert "share" not in buttons(card(a(FIND, state=State.FAILED)))
    assert "share" not in buttons(card(a(SUSPEND, state=State.SUCCEEDED)))


def test_an_unknown_outcome_says_that_it_may_have_happened_and_who_looks() -> None:
    alone = told(card(a(SUSPEND, state=State.UNKNOWN)))
    looking = told(card(a(SUSPEND, state=State.UNKNOWN, looking=True)))
    read = told(card(a(FIND, state=State.UNKNOWN)))

    assert "It may have happened, and it may not" in alone
    assert "Look there before you ask again" in alone
    assert "We are looking" in looking
    assert "asking again is safe" in read


def test_a_failure_says_what_happened_and_what_to_do() -> None:
    words = told(
        card(a(SUSPEND, state=State.FAILED, problem="It is gone.", fix="Type `/ops x.y`."))
    )

    assert "It is gone.\nType `/ops x.y`." in words


def test_what_takes_it_back_is_ready_to_be_typed() -> None:
    undo = "/ops users.resume user=mallory@example.com"

    words = told(card(a(SUSPEND, state=State.SUCCEEDED, undo=undo)))

    assert f"To take it back: `{undo}`" in words


def test_progress_is_shown_only_while_it_goes_on() -> None:
    assert "Half done" in told(card(a(SUSPEND, progress="Half done")))
    assert "Half done" not in told(card(a(SUSPEND, progress="Half done", state=State.FAILED)))


@pytest.mark.parametrize(
    ("address", "opened"), [("https://x.example/7", True), ("http://x.example", False)]
)
def test_only_an_https_address_becomes_a_button(address: str, *, opened: bool) -> None:
    message = card(a(SUSPEND, state=State.SUCCEEDED, result=Result("Made.", link=address)))

    assert ("open" in buttons(message)) is opened


def test_a_schedule_is_named_and_not_mentioned() -> None:
    words = told(card(a(SUSPEND, asked_by="nightly", asked_by_name="the nightly digest")))

    assert "the nightly digest" in words
    assert "<@" not in words


def test_a_result_is_shown_with_its_fields_and_its_table() -> None:
    result = Result("Found.", fields={"Shop": "Berlin"}, table=(("name",), ("Ada",), ("",)))

    message = card(a(FIND, result=result))

    assert {"type": "raw_text", "text": "Ada"} in message["blocks"][-3]["rows"][1]
    assert "*Shop*\nBerlin" in told(message)
    assert faults_of_message(message) == []


def test_the_thread_has_what_the_run_has_no_room_for() -> None:
    assert detail(SUSPEND) is None
    assert detail(a(SUSPEND, result=Result("Done."))) is None
    assert "What changes" in told(detail(a(SUSPEND, preview=(("state",), ("active",)))))
    assert "Ada" in told(detail(a(FIND, risk=Risk.CHANGE)))


def test_a_preview_beside_a_table_makes_no_second_table() -> None:
    both = detail(a(FIND, preview=(("state",), ("active",))))

    assert both is not None
    assert "state\nactive" in told(both)
    assert faults_of_message(both) == []


def test_what_fits_is_no_file() -> None:
    assert overflow(SUSPEND) is None
    assert overflow(FIND) is None


ROWS = (("name", "note"), *((f"n{n}", "=cmd()") for n in range(30)))


@pytest.mark.parametrize(
    ("result", "suffix"),
    [
        (Result("Thirty.", table=ROWS), ".csv"),
        (Result("Wide.", table=(("n",) * 30, ("v",) * 30)), ".csv"),
        (Result("Ragged.", table=(("n",), ("v", "w"))), ".csv"),
        (Result("Long.", table=(("n",), ("v" * 101,))), ".csv"),
        (Result("x" * 2501), ".txt"),
        (Result("Fields.", fields={"a": "b" * 301}), ".txt"),
        (Result("Fields.", fields={f"k{n}": "v" * 200 for n in range(30)}), ".txt"),
        (Result("x" * 2501, table=ROWS), ".txt"),
    ],
)
def test_what_is_too_long_goes_to_a_file_and_the_message_says_so(
    result: Result, suffix: str
) -> None:
    run = a(FIND, result=result)

    file = overflow(run)

    assert file is not None
    assert file.name == f"users.find-deadbeef{suffix}"
    assert result.text[:1].encode() in file.content or suffix == ".csv"
    assert "the whole" in told(card(run))
    assert "in the file" in told(detail(run))


def test_no_file_is_promised_where_none_goes_with_the_message() -> None:
    long = Result("x" * 2501)

    shown = told(card(a(SUSPEND, result=long), Audience.CHANNEL))

    assert "in the file" in told(card(a(FIND, result=long), Audience.CHANNEL))
    assert "in the file" not in shown
    assert "Shown in part" in shown


def test_no_cell_is_a_formula_and_numbers_stay_numbers() -> None:
    cells = ["=1+1", "+49 30", "-cmd", "@SUM", "\t=1", " =1", "-5", "+12.50", "plain", "a,b"]

    read = next(csv.reader(io.StringIO(as_csv([cells]))))

    assert read == ["'=1+1", "'+49 30", "'-cmd", "'@SUM", "'\t=1", "' =1", *cells[6:]]


def test_a_note_says_it_and_offers_to_do_it_again() -> None:
    note = Note(message="You asked for exactly this 3 s ago.", fix="Say so.", again=ID)

    message = card(note)

    assert buttons(message)["again"]["value"] == ID
    assert message["text"] == "You asked for exactly this 3 s ago. Say so."
    assert faults_of_message(message) == []
    assert faults_of_view(note_view(note)) == []
    assert "again" not in buttons(card(Note(message="No.")))


NASTY = st.sampled_from(
    [
        "<!channel>",
        "<@U0BOB>",
        "'; DROP TABLE account;--",
        "\u202eevil",
        "שלום",
        "x" * 40000,
        "&" * 5000,
        "\U000e0041" * 3000,
        "=1+1",
        "\x00",
        "",
        " ",
        "�",
        "*_~`:fire:`~_*",
    ]
) | st.text(max_size=300)
ROW = st.lists(NASTY, max_size=25).map(tuple)
RESULTS = st.builds(
    Result,
    NASTY,
    fields=st.dictionaries(NASTY, NASTY, max_size=15),
    table=st.lists(ROW, max_size=30).map(tuple),
    link=st.none() | NASTY | st.just("https://x.example"),
)
STEPS = st.builds(StepLine, label=NASTY, state=st.sampled_from(StepState), note=NASTY)
CARDS = st.builds(
    RunCard,
    invocation=st.just(ID),
    operation=st.just("users.suspend"),
    summary=NASTY,
    risk=st.sampled_from(Risk),
    asked_by=st.just("U0ADA") | NASTY,
    asked_by_name=NASTY,
    words=NASTY,
    state=st.sampled_from(State),
    steps=st.lists(STEPS, max_size=40).map(tuple),
    progress=NASTY,
    preview=st.lists(ROW, max_size=30).map(tuple),
    result=st.none() | RESULTS,
    problem=NASTY,
    fix=NASTY,
    undo=NASTY,
)


@given(CARDS, st.sampled_from(Audience))
def test_any_run_makes_good_messages_that_call_nobody(run: RunCard, audience: Audience) -> None:
    messages = [card(run, audience), *filter(None, [detail(run)])]

    assert [fault for message in messages for fault in faults_of_message(message)] == []
    marked = [w.replace("<@U0ADA>", "") for m in messages for w in [m["text"], *mrkdwn_in(m)]]
    assert not [w for w in marked if "<" in w or "\u202e" in w]


@pytest.mark.parametrize("letter", ["x", "&", "😀", "\U000e0041"])
def test_a_run_with_as_much_as_it_can_hold_of_everything_is_a_good_message(letter: str) -> None:
    long = letter * 4000
    line = StepLine(label=long, state=StepState.FAILED, note=long)
    table = ((letter * 99,) * 20,) * 30
    result = Result(long, fields={long: long, "b": long}, table=table, link="https://x.example")
    texts = ("summary", "words", "progress", "problem", "fix", "undo", "asked_by", "asked_by_name")
    for state in State:
        run = a(FIND, state=state, steps=(line,) * 20, result=result, preview=table)
        run = run.model_copy(update=dict.fromkeys(texts, long))

        assert faults_of_message(card(run)) == []
        assert faults_of_message(detail(run) or {}) == []


@given(CARDS)
def test_what_is_not_shown_whole_is_in_a_file(run: RunCard) -> None:
    file = overflow(run)

    assert (file is None) is ("Shown in part" not in told(card(run)))


@example(Note(message="`", fix="`"))
@given(st.builds(Note, message=NASTY, fix=NASTY, again=st.none() | st.just(ID)))
def test_any_note_makes_a_good_message_and_a_good_view(note: Note) -> None:
    assert faults_of_message(card(note)) == []
    assert faults_of_view(note_view(note)) == []
