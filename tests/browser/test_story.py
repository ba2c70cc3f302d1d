"""The newcomer's first five minutes, as they see them."""

import re

from playwright.async_api import expect

from playground.page.story import declared_all_the_same
from tests.browser.eyes import WITHIN, Eyes

SUSPEND = '/ops users.suspend alan@example.com reason="card testing"'


async def test_a_suspension_is_seen_in_the_chat_in_the_business_and_in_the_panel(
    eyes: Eyes,
) -> None:
    await eyes.sits("ada")
    beside = await eyes.page.context.new_page()
    await beside.goto(f"{eyes.address}/things/backoffice")
    await eyes.types(SUSPEND)
    await eyes.reads("alan@example.com is suspended.")

    row = beside.get_by_role("row").filter(has_text="alan@example.com")
    await expect(row).to_contain_text("suspended", timeout=WITHIN)
    await expect(row).to_contain_text("card testing")
    await expect(eyes.page.locator("#run")).to_contain_text("allowed by leads-suspend-users")
    await expect(eyes.page.locator("#run .steps")).to_contain_text("Suspend the account (done)")
    await expect(eyes.page.locator("#timeline")).to_contain_text("chat.postMessage")
    await expect(eyes.page.locator("#timeline")).to_contain_text("Backoffice: 1 row changed")
    await expect(eyes.page.locator("#guide .done").first).to_contain_text("Suspend an account")


async def test_who_is_refused_reads_why_and_nobody_else_does(eyes: Eyes) -> None:
    await eyes.sits("sam")
    await eyes.types("/ops users.suspend grace@example.com I do not like her")
    await eyes.reads("may suspend or resume")

    last = eyes.page.locator("#messages > li").last
    await expect(last).to_contain_text("Only you can see this")
    await expect(eyes.page.locator("#run")).to_contain_text("refused: no rule permits it")
    assert eyes.stage.state("grace") == "active"
    await eyes.sits("ada")
    assert "may suspend" not in await eyes.page.locator("#messages").inner_text()


def submitted(eyes: Eyes) -> int:
    """Count the forms that were sent to the bot."""
    return sum(sent.kind == "view_submission" for sent in eyes.stage.slack.deliveries)


async def test_a_double_click_is_two_payloads_and_one_effect(eyes: Eyes) -> None:
    await eyes.sits("ada")
    await eyes.types("/ops users.resume")
    await eyes.chooses("User", "mallory", "Mallory Quick")
    # As long as the bot stands still both clicks are on their way.
    await eyes.stage.bot.freeze()
    await eyes.modal.get_by_role("button", name="Resume").dblclick()
    await eyes.stage.slack.until(lambda: submitted(eyes) == 2, within=30)
    await eyes.stage.bot.thaw()
    await eyes.reads("mallory@example.com is active again.")

    assert eyes.stage.changes() == 1


async def test_a_bot_that_is_killed_in_the_middle_goes_on_where_it_was(eyes: Eyes) -> None:
    await eyes.sits("ada")
    await eyes.types('/ops users.suspend_domain shop.example reason="stolen cards" pause=1')
    await eyes.modal.get_by_label("Type shop.example to confirm").fill("shop.example")
    await eyes.submits("Suspend domain now")
    await eyes.reads(re.compile("[2-7] of 8 accounts are suspended."))
    await eyes.clicks("Kill and restart the bot")
    await expect(eyes.page.locator("#controls")).to_contain_text("Life 2", timeout=WITHIN)
    await eyes.reads("8 accounts at")

    assert (eyes.stage.changes(), len(eyes.stage.bot.kills)) == (8, 1)


async def test_a_newcomer_may_begin_with_any_chapter_and_its_deeds_count(eyes: Eyes) -> None:
    guide = eyes.page.locator("#guide")
    await eyes.sits("ada")
    await guide.get_by_text("Press the red button").click()
    await guide.get_by_role("link", name="Write it for me").last.click()
    await eyes.page.press("#say", "Enter")
    await (
        eyes.page.get_by_role("navigation", name="Rooms").get_by_role("link", name="inc-1-").click()
    )
    await eyes.reads("Paged Eva")

    chapter = guide.locator("details").filter(has_text="Press the red button")
    await expect(chapter).to_contain_text("1 of 5")
    await chapter.get_by_text("Press the red button").click()
    await expect(chapter).to_contain_text("See who was woken")


async def test_an_incident_with_a_vendor_down_says_what_is_missing_and_is_counted_as_seen(
    eyes: Eyes,
) -> None:
    eyes.stage.vendors.jira.faults.down()
    await eyes.sits("sam")
    await eyes.types("/incident declare Search is slow sev=3 service=search")
    await (
        eyes.page.get_by_role("navigation", name="Rooms").get_by_role("link", name="inc-1-").click()
    )
    await eyes.reads(re.compile("Open a ticket – Jira went silent"))  # noqa: RUF001  A dash.
    await expect(
        eyes.page.locator("#messages").get_by_role("button", name="I did it by hand")
    ).to_be_visible()

    assert declared_all_the_same(eyes.desk.seen)
