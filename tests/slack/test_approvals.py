"""A request for approval is a card and a modal; nothing that anybody wrote in it has an effect."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approval import Remark, Standing, Vote
from bot.domain.notice import ApprovalCard, Audience, Note
from bot.domain.operation import Risk
from bot.slack.approvals import ASK, CALLBACK, HAND_OVER, WAYS, Ref, decide_view, way_of
from bot.slack.cards import card
from bot.slack.state import asked_of
from tests.slack.monster import faults_of_message, faults_of_view, mrkdwn_in
from tests.slack.test_cards import ID, NASTY, ROW, buttons, told

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
REQUEST = ApprovalCard(
    invocation=ID,
    round=1,
    operation="users.suspend",
    summary="Suspend a user.",
    risk=Risk.CHANGE,
    asked_by="U0ADA",
    asked_by_name="Ada",
    words='user=mallory@example.com reason="card testing"',
    sentences=("Suspending a user needs two of finance.",),
    needs={"finance": 2, "dba": 1},
    has={"finance": 1},
    votes=(Vote(person="U0DEE", name="Dee", yes=True, reason="I saw it", at=AT),),
    remarks=(Remark(name="Dan", text="All of them?", at=AT),),
    preview=(("account", "now", "then"), ("mallory@example.com", "active", "suspended")),
    helpers=("Dan", "Eve"),
    expires_at=AT,
)
ENDS = [standing for standing in Standing if standing is not Standing.OPEN]


def a(request: ApprovalCard, **changes: Any) -> ApprovalCard:
    return request.model_copy(update=changes)


def test_a_request_says_who_asks_for_what_why_who_agreed_and_until_when() -> None:
    words = told(card(REQUEST))

    assert "🔏 *Suspend a user* · needs approval · <@U0ADA>" in words
    assert '`users.suspend user=mallory@example.com reason="card testing"`' in words
    assert "Suspending a user needs two of finance." in words
    assert "Approvals: *finance* 1 of 2 · *dba* 0 of 1" in words
    assert "✓ *Dee*: I saw it\n💬 *Dan*: All of them?" in words
    assert "Dan, Eve may decide" in words
    assert {"type": "raw_text", "text": "suspended"} in card(REQUEST)["blocks"][3]["rows"][1]


def test_of_many_words_the_last_are_shown_and_the_others_counted() -> None:
    said = [Remark(name="Dan", text=f"Question {n}: " + "why? " * 60, at=AT) for n in range(20)]

    words = told(card(a(REQUEST, remarks=tuple(said))))

    assert "Question 19" in words
    assert "… 16 before these" in words
    assert "Question 0:" not in words


def test_its_buttons_name_the_round() -> None:
    found = buttons(card(a(REQUEST, round=3)))

    assert list(found) == list(WAYS)
    assert {Ref.read(button["value"]) for button in found.values()} == {Ref(ID, 3)}


@pytest.mark.parametrize("standing", ENDS)
def test_what_has_ended_says_how_and_has_no_buttons(standing: Standing) -> None:
    ended = card(a(REQUEST, standing=standing, outcome="Dan refused it: too late."))

    assert buttons(ended) == {}
    assert "*Dan refused it: too late.*" in told(ended)
    assert "may decide" not in told(ended)
    assert faults_of_message(ended) == []


@pytest.mark.parametrize("way", WAYS)
def test_the_modal_repeats_what_is_decided_and_remembers_its_round(way: str) -> None:
    view = decide_view(a(REQUEST, round=2), way)

    said, _ = asked_of(view)
    assert view["callback_id"] == CALLBACK
    assert way_of(said or "") == (way, Ref(ID, 2))
    assert "account · now · then\nmallory@example.com · active · suspended" in told(view)
    assert faults_of_view(view) == []


@pytest.mark.parametrize(
    ("told_by", "meant"),
    [
        ("", Ref("", 0)),
        (ID, Ref(ID, 0)),
        (f"{ID}:x", Ref(ID, 0)),
        (f"{ID}:-1", Ref(ID, 0)),
        (f"{ID}:²", Ref(ID, 0)),
        (f"{ID}:7", Ref(ID, 7)),
    ],
)
def test_a_button_that_was_tampered_with_means_no_round_there_is(told_by: str, meant: Ref) -> None:
    assert Ref.read(told_by) == meant


def test_only_handing_over_asks_for_a_person() -> None:
    kinds = {way: decide_view(REQUEST, way)["blocks"][-1]["element"]["type"] for way in WAYS}

    assert kinds[HAND_OVER] == "users_select"
    assert kinds[ASK] == "plain_text_input"
    assert list(kinds.values()).count("users_select") == 1


VOTES = st.builds(
    Vote,
    person=NASTY,
    name=NASTY,
    yes=st.booleans(),
    reason=NASTY,
    at=st.just(AT),
    instead_of=st.none() | NASTY,
)
LANES = st.dictionaries(st.sampled_from(["finance", "dba", "x" * 60]), st.integers(0, 3))
REQUESTS = st.builds(
    ApprovalCard,
    invocation=st.just(ID),
    round=st.integers(1, 10**6),
    operation=st.just("users.suspend"),
    summary=NASTY,
    risk=st.sampled_from(Risk),
    asked_by=st.just("U0ADA") | NASTY,
    asked_by_name=NASTY,
    words=NASTY,
    sentences=st.lists(NASTY, max_size=6).map(tuple),
    needs=LANES,
    has=LANES,
    votes=st.lists(VOTES, max_size=20).map(tuple),
    remarks=st.lists(st.builds(Remark, name=NASTY, text=NASTY, at=st.just(AT)), max_size=20).map(
        tuple
    ),
    preview=st.lists(ROW, max_size=30).map(tuple),
    helpers=st.lists(NASTY, max_size=30).map(tuple),
    expires_at=st.just(AT),
    standing=st.sampled_from(Standing),
    outcome=NASTY,
)


def effects(body: dict[str, Any]) -> list[str]:
    """Return the texts in *body* that would call somebody, open something or turn about."""
    ours = mrkdwn_in(body) + ([body["text"]] if "text" in body else [])
    plain = [w.replace("<@U0ADA>", "").replace("<!date^", "") for w in ours]
    return [w for w in plain if "<" in w or "\u202e" in w]


@given(REQUESTS, st.sampled_from([Audience.CHANNEL, Audience.DIRECT]))
def test_any_request_is_a_good_message_that_calls_nobody(
    request: ApprovalCard, audience: Audience
) -> None:
    message = card(request, audience)

    assert faults_of_message(message) == []
    assert effects(message) == []


@given(REQUESTS, st.sampled_from(list(WAYS)))
def test_any_request_is_decided_in_a_good_modal_that_calls_nobody(
    request: ApprovalCard, way: str
) -> None:
    view = decide_view(request, way)

    assert faults_of_view(view) == []
    assert effects(view) == []


@given(NASTY, NASTY)
def test_any_words_to_who_asked_are_a_good_message(message: str, fix: str) -> None:
    note = card(Note(message=message, fix=fix), Audience.DIRECT)

    assert faults_of_message(note) == []
    assert effects(note) == []


@pytest.mark.parametrize("letter", ["x", "&", "😀", "\U000e0041"])
def test_a_request_with_as_much_as_it_can_hold_is_a_good_message(letter: str) -> None:
    long = letter * 4000
    vote = Vote(person="U1", name=long, yes=False, reason=long, at=AT, instead_of="U2")
    texts = ("summary", "words", "asked_by", "asked_by_name")
    request = a(
        REQUEST,
        votes=(vote,) * 20,
        remarks=(Remark(name=long, text=long, at=AT),) * 20,
        preview=((letter * 99,) * 20,) * 30,
        helpers=(long,) * 30,
        sentences=(long,) * 5,
        **dict.fromkeys(texts, long),
    )

    assert faults_of_message(card(request)) == []
    assert faults_of_message(card(a(request, outcome=long, standing=Standing.REFUSED))) == []
    assert [faults_of_view(decide_view(request, way)) for way in WAYS] == [[]] * len(WAYS)
