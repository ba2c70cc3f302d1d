"""Trouble: what people see while the bot, Slack, the business or their own browser fails them."""

import re

from playwright.async_api import Route, expect

from tests.browser.eyes import PATIENCE, Eyes

SUSPEND = '/ops users.suspend alan@example.com reason="card testing"'
WHO = "/ops meta.whoami"


async def test_a_bot_that_stands_still_or_is_dead_fails_as_slack_says_and_comes_back(
    eyes: Eyes,
) -> None:
    controls, courier = eyes.page.locator("#controls"), eyes.stage.slack.courier
    await eyes.sits("ada")
    courier.patience = 1.0
    await eyes.clicks("Freeze it")
    await expect(controls).to_contain_text("The bot stands still")
    await eyes.types(WHO)
    await eyes.reads('/ops failed with the error "operation_timeout"')
    courier.patience = PATIENCE
    await eyes.clicks("Thaw it")
    await expect(controls).to_contain_text("The bot runs.")
    await eyes.types(SUSPEND)
    await eyes.reads("alan@example.com is suspended.")

    await eyes.clicks("Kill it")
    await expect(controls).to_contain_text("The bot is dead.")
    await eyes.types(WHO)
    await eyes.reads('/ops failed with the error "dispatch_failed"')
    await eyes.clicks("Start the bot")
    await expect(controls).to_contain_text("Life 2")
    await expect(controls).to_contain_text("The bot runs.")
    await eyes.types("/ops users.resume alan@example.com")
    await eyes.reads("alan@example.com is active again.")
    assert eyes.stage.state("alan") == "active"
    assert eyes.forgives() == [
        '/ops failed with the error "operation_timeout"',
        '/ops failed with the error "dispatch_failed"',
    ]


async def test_what_was_typed_outlives_the_browser(eyes: Eyes) -> None:
    await eyes.sits("ada")
    await eyes.types("/ops users.suspend")
    await eyes.chooses("User", "alan", "Alan Castellan")
    async with eyes.page.expect_response(
        lambda got: "card+testing" in (got.request.post_data or "")
    ):
        await eyes.fills(reason="card testing")
        await eyes.page.keyboard.press("Tab")
    context = eyes.page.context
    await eyes.page.close()

    eyes.page = await context.new_page()
    await eyes.sits("ada")
    await expect(eyes.modal.get_by_label("User")).to_have_value("Alan Castellan (active)")
    await expect(eyes.modal.get_by_label("Reason")).to_have_value("card testing")
    await eyes.submits("Suspend")
    await eyes.reads("alan@example.com is suspended.")


async def test_an_old_button_does_nothing_and_the_page_says_that_it_is_old(eyes: Eyes) -> None:
    async def cut(route: Route) -> None:
        await route.abort()

    await eyes.sits("ada")
    await eyes.types('/ops users.suspend_domain shop.example reason="stolen cards" pause=5')
    await eyes.confirms("shop.example")
    await eyes.submits("Suspend domain now")
    await eyes.reads(re.compile("[1-7] of 8 accounts are suspended."))
    fresh, eyes.page = eyes.page, await eyes.page.context.new_page()
    await eyes.page.route("**/events*", cut)
    await eyes.sits("ada")
    await expect(eyes.page.get_by_role("button", name="Cancel")).to_be_visible()
    await fresh.locator("#messages").get_by_role("button", name="Cancel").click()
    await fresh.locator("#ask").get_by_role("button", name="Cancel the run").click()
    await expect(fresh.locator("#messages")).to_contain_text("cancelled")
    changes = eyes.stage.changes()

    async with eyes.page.expect_response("**/act/*"):
        await eyes.clicks("Cancel", "#messages")
        await eyes.clicks("Cancel the run", "#ask")
    await eyes.page.unroute("**/events*")
    await expect(eyes.page.locator(".toast")).to_contain_text("the message has changed")
    await eyes.reads("cancelled")
    await expect(eyes.page.get_by_role("button", name="Cancel")).to_have_count(0)
    pressed = [d for d in eyes.stage.slack.deliveries if d.kind == "block_actions"]
    assert (len(pressed), eyes.stage.changes()) == (1, changes)
    assert set(eyes.forgives()) == {"Failed to load resource: net::ERR_FAILED"}


async def test_slack_and_the_business_may_fail_and_the_run_says_how_it_is(eyes: Eyes) -> None:
    await eyes.sits("ada")
    await eyes.types(WHO)
    await eyes.reads("support-leads")
    await eyes.page.get_by_text("Make trouble").click()
    await eyes.clicks("Slack rate limits the next three calls")
    await eyes.types(SUSPEND)
    await eyes.reads("alan@example.com is suspended.")
    assert not eyes.stage.slack.workspace.faults.on("rate_limited")
    assert eyes.stage.state("alan") == "suspended"

    down = eyes.page.get_by_role("button", name="The backoffice is locked")
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await eyes.types(SUSPEND.replace("alan", "grace"))
    await eyes.reads("nothing was changed: database is locked")
    await expect(eyes.page.locator("#messages")).not_to_contain_text("grace@example.com is")
    await expect(eyes.page.locator("#run")).to_contain_text("failed")
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "false")
    assert eyes.stage.state("grace") == "active"
