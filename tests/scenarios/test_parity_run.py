"""What every tool of this kind has, row by row: the people of an incident, and its clock."""

from pathlib import Path

from bot.domain.incident import Role
from tests.clock import CorrectedClock
from tests.scenarios.acts import buttons, does, presses, room_of, sees
from tests.scenarios.fires import Vendors, fire, limb
from tests.scenarios.truth import announcements_of, headers_of, pages_of

MINUTE, HOUR = 60.0, 3600.0


async def test_roles_are_claimed_by_buttons_and_explained_by_direct_message(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path) as here:
        ada, sam = here.world.ada, here.world.sam
        incident = await here.declares()
        room = room_of(here, incident)
        header = await here.reads(incident, "Nobody leads yet.")
        await presses(here, ada, "I lead", header, "You decide what is done next")
        told = await sees(here, ada, "You decide what is done next")
        line = "/ops incident.role role=scribe person=@sam"
        given = await does(here, ada, line, "They have the role scribe", room)
        asked = await sees(here, sam, "You write down what is found")
        await here.slack.until(lambda: "Scribe: @sam" in here.header(incident).text, 15)

        assert "Commander: @ada" in here.header(incident).text
        assert buttons(told) == ["Update", "Page more", "Hand over"]
        assert buttons(asked) == ["Write a note", "Add a task"]
        assert given.channel == incident.room_name
        assert sam.id in room.members


async def test_a_hand_over_is_accepted_before_it_counts(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        ada, sam, grace = here.world.ada, here.world.sam, here.grace
        incident = await here.declares()
        room = room_of(here, incident)
        await does(here, ada, "/ops incident.role role=commander", "You have the role", room)
        await does(here, ada, "/ops incident.task text='Roll back'", "Task 1 of INC-1", room)
        line = "/ops incident.handoff person=@grace"
        await does(here, ada, line, "It changes hands when they accept.", room)
        offered = await sees(here, grace, "hands you the role commander")
        before = (await here.desk.get(incident.id)).roles[Role.COMMANDER].id
        line = "/ops incident.accept incident=INC-1"
        await does(here, sam, line, "nobody else may answer.")
        line = "/ops incident.decline reason='I sleep' incident=INC-1"
        await does(here, grace, line, "You did not take over in INC-1.")
        await sees(here, ada, "Grace did not take the role commander: I sleep.")
        line = "/ops incident.handoff person=@sam"
        await here.slack.types(ada, line, room)
        offer = await sees(here, sam, "hands you the role commander")
        await presses(here, sam, "Accept", offer, "You have the role commander in INC-1 now.")
        now = await here.until(lambda i: i.roles[Role.COMMANDER].id == sam.id)

        assert "Task 1: Roll back" in offered.text
        assert buttons(offered) == ["Accept", "Decline"]
        assert (before, now.roles[Role.COMMANDER].name) == (ada.id, "Sam")
        assert buttons(await sees(here, sam, "You accepted it.")) == []


async def test_people_are_invited_one_by_one_when_a_batch_fails(tmp_path: Path) -> None:
    told = {"severities": {"SEV2": {"groups": ["sre", "payments", "nobody-has-this"]}}}
    async with fire(tmp_path, incident=told) as here:
        slack = here.slack
        left = slack.person("lena", groups=["payments"], deactivated=True)
        many = [slack.person(f"payer{n}", groups=["payments"]) for n in range(5)]
        incident = await here.declares()
        room = room_of(here, incident)
        note = limb(incident, "people").note

        assert {one.id for one in [*many, here.grace, here.world.ada]} <= set(room.members)
        assert left.id not in room.members
        assert "not nobody-has-this: " in note
        assert f"<@{left.id}>: " in note


async def test_an_incident_pages_by_severity_and_never_twice(tmp_path: Path) -> None:
    def told(around: Vendors) -> dict[str, object]:
        search = around.pagerduty.add_service("Search", [[around.behind]])
        services = {"checkout": {"pager": around.checkout.id}, "search": {"pager": search.id}}
        return {"services": services}

    async with fire(tmp_path, incident=told) as here:
        ada = here.world.ada
        incident = await here.declares("severity=SEV4 service=checkout")
        room = room_of(here, incident)
        quiet = list(here.pagerduty.pages)
        line = "/ops incident.severity severity=SEV1 reason='Nobody can pay'"
        await does(here, ada, line, "INC-1 is SEV1.", room)
        await here.until(lambda i: i.calls)
        line = "/ops incident.severity severity=SEV2 reason='Some can pay'"
        await does(here, ada, line, "INC-1 is SEV2.", room)
        line = "/ops incident.severity severity=SEV1 reason='Nobody again'"
        await does(here, ada, line, "INC-1 is SEV1. ", room)
        line = "/ops incident.page whom=search reason='Is it the index?'"
        await does(here, ada, line, "search is paged; it woke Linus Park.", room)
        line = "/ops incident.page whom=search reason='Are you there?'"
        again = await does(here, ada, line, "was paged before", room)

        assert quiet == []
        assert [p.service.name for p in pages_of(here, incident)] == ["Checkout", "Search"]
        assert [[u.name for u in p.woken] for p in pages_of(here, incident)] == [
            ["Grace Okonjo"],
            ["Linus Park"],
        ]
        assert "it woke Linus Park" in again.text


async def test_who_is_on_call_is_told_before_anybody_is_paged(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        told = await does(here, here.world.ada, "/ops oncall.who", "on call now.", here.world.ops)

        assert "2 people are on call now." in told.text
        assert told.text.index("Grace Okonjo") < told.text.index("Linus Park")
        assert here.pagerduty.pages == []


async def test_status_and_severity_change_with_a_message(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        ada = here.world.ada
        incident = await here.declares()
        room = room_of(here, incident)
        line = "/ops incident.status status=identified message='A bad index'"
        await does(here, ada, line, "INC-1 is identified. A bad index.", room)
        line = "/ops incident.severity severity=SEV3 reason='There is a way round'"
        await does(here, ada, line, "INC-1 is SEV3.", room)
        await here.slack.presses(ada, "Status", here.header(incident))
        await here.slack.opens(ada)
        here.slack.fills(ada, status="monitoring", message="The index is back")
        await here.slack.submits(ada)
        await here.reads(incident, "INC-1 is monitoring.")
        told = await here.told(incident)

        assert told[-3:] == [
            "Ada set it to identified. A bad index.",
            "Ada made it SEV3: There is a way round.",
            "Ada set it to monitoring. The index is back.",
        ]


async def test_reminders_for_no_lead_and_long_running(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock) as here:
        ada = here.world.ada
        incident = await here.declares("severity=SEV4 service=checkout")
        clock.pass_(5 * MINUTE)
        unled = await here.reads(incident, "Somebody has to decide here.")
        await presses(here, ada, "I lead", unled, "You have the role commander in INC-1 now.")
        clock.pass_(24 * HOUR)
        stale = await here.reads(incident, "Is it over?")
        await presses(here, ada, "It is resolved", stale, "INC-1 is over")
        clock.pass_(48 * HOUR)
        line = "/ops incident.note text='All is quiet'"
        await does(here, ada, line, "in the timeline of INC-1", room_of(here, incident))
        reminders = [x for x in await here.told(incident) if x.startswith("Reminder")]

        assert reminders == [
            "Reminder: Nobody leads yet.",
            "Reminder: Nothing was said for long.",
        ]


async def test_an_update_sets_the_clock_and_is_reminded_of_and_snoozed(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with fire(tmp_path, clock) as here:
        ada = here.world.ada
        incident = await here.declares()
        room = room_of(here, incident)
        line = "/ops incident.update message='We look at the index' next=20m"
        said = await does(here, ada, line, "The next update is due at", room)
        clock.pass_(21 * MINUTE)
        due = await here.reads(incident, "Others wait to hear how it goes on.")
        await presses(here, ada, "In 10 minutes", due, "The next update of INC-1 is due at")
        line = "/ops incident.snooze wait=5h"
        refused = await does(here, ada, line, "would be more than 4 hours away.", room)
        clock.pass_(5 * MINUTE)
        await does(here, ada, "/ops incident.note text='Still at it'", "in the timeline", room)
        once = len([x for x in await here.told(incident) if x.startswith("Reminder: The next")])
        clock.pass_(6 * MINUTE)
        await here.until(lambda i: i.reminded_at is not None)
        twice = len([x for x in await here.told(incident) if x.startswith("Reminder: The next")])

        assert "We look at the index" in said.text
        assert buttons(due) == ["Update", "In 10 minutes"]
        assert "`/incident update` says how it goes on" in refused.text
        assert (once, twice) == (1, 2)


async def test_the_timeline_grows_by_reaction_message_action_and_command_once_each(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path) as here:
        slack, ada, grace = here.slack, here.world.ada, here.grace
        incident = await here.declares()
        room = room_of(here, incident)
        await here.reads(incident, "@grace has joined")
        seen = slack.says(ada, "The index is gone", room)
        await slack.reacts(ada, "pushpin", seen)
        await slack.reacts(grace, "pushpin", seen)
        await slack.until(lambda: slack.workspace.bot_user.id in seen.reactions["pushpin"], 15)
        kept = slack.says(grace, "I put it back", room)
        for who in (grace, ada):
            await slack.message_action(who, "keep_message", kept)
        await slack.until(lambda: "pushpin" in kept.reactions, 15)
        linked = slack.says(ada, "Cards work again", room)
        address = f"https://acme.slack.com/archives/{room.id}/p{linked.ts.replace('.', '')}"
        line = f"/ops incident.pin message={address}"
        await here.slack.types(ada, line, room)
        await slack.until(lambda: "pushpin" in linked.reactions, 15)
        await does(here, grace, line, "in the timeline of INC-1 already", room)
        await does(here, ada, "/ops incident.note text='Ask the bank'", "INC-1: Ask", room)
        told = await here.told(incident)
        every = [x for x in told if "ndex" in x or "back" in x or "again" in x or "bank" in x]

        assert every == [
            "The index is gone",
            "I put it back",
            "Cards work again",
            "Ask the bank",
        ]


async def test_a_message_that_could_not_be_kept_is_kept_by_its_shortcut_which_always_answers(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path) as here:
        slack, ada, sam, grace = here.slack, here.world.ada, here.world.sam, here.grace
        incident = await here.declares()
        room = room_of(here, incident)
        seen = slack.says(ada, "The index is gone", room)
        slack.workspace.faults.server_error("conversations.history", times=9)
        await slack.reacts(ada, "pushpin", seen)
        await slack.until(lambda: "Slack does not answer" in slack.sees(ada).text, 15)
        slack.workspace.faults.clear()
        await slack.message_action(grace, "keep_message", seen)
        await slack.until(lambda: "timeline of INC-1." in slack.sees(grace).text, 15)
        await slack.joins_channel(sam, room)
        await slack.message_action(sam, "keep_message", seen)
        await slack.until(lambda: "timeline of INC-1 already" in slack.sees(sam).text, 15)

        assert (await here.told(incident)).count("The index is gone") == 1


async def test_stakeholders_read_one_announcement_that_is_edited_in_place(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path, announced=True) as here:
        ada, sam = here.world.ada, here.world.sam
        incident = await here.declares()
        room = room_of(here, incident)
        [first] = announcements_of(here, incident)
        line = "/ops incident.stakeholders message='Cards fail; cash works.'"
        await does(here, ada, line, "is to say: Cards fail; cash works.", room)
        told = await sees(here, sam, "Cards fail; cash works.")
        await presses(here, sam, "Join", told, f"You are in #{incident.room_name}.")
        await does(here, ada, "/ops incident.status status=resolved", "INC-1 is over", room)
        ended = await sees(here, sam, "Resolved after")
        [last] = announcements_of(here, incident)

        assert first.ts == told.ts == ended.ts == last.ts
        assert sam.id in room.members
        assert buttons(ended) == []
        assert len(headers_of(here, incident)) == 1
