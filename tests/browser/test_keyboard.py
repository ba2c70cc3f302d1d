"""The page by keyboard alone."""

from playwright.async_api import expect

from tests.browser.eyes import Eyes


async def test_the_whole_story_goes_by_keyboard(eyes: Eyes) -> None:
    await eyes.sits("ada")
    say, keys = eyes.page.locator("#say"), eyes.page.keyboard
    await expect(say).to_be_focused()
    await keys.type("/o")
    await expect(eyes.page.get_by_role("option", name="/ops")).to_be_visible()
    await keys.press("Enter")
    await expect(say).to_have_value("/ops ")
    await keys.type("users.resume")
    await keys.press("Enter")
    user = eyes.modal.get_by_label("User")
    await expect(user).to_be_focused()
    await keys.type("mallory")
    await expect(eyes.modal.get_by_role("option")).to_have_count(1)
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(user).to_have_value("Mallory Quick (suspended)")
    await keys.press("Tab")
    await expect(eyes.modal.get_by_label("Reason")).to_be_focused()
    await keys.type("a mistake")
    await keys.press("Tab")
    await keys.press("Tab")
    await expect(eyes.modal.get_by_role("button", name="Resume")).to_be_focused()
    await keys.press("Enter")
    await eyes.reads("mallory@example.com is active again.")
    await expect(say).to_be_focused()
    assert eyes.stage.state("mallory") == "active"

    await keys.type("/ops users.suspend")
    await keys.press("Enter")
    await expect(eyes.modal).to_be_visible()
    await keys.press("Escape")
    await expect(eyes.modal).to_have_count(0)
    await expect(say).to_be_focused()
    assert not eyes.stage.slack.workspace.stacks.get(eyes.stage.cast.ada.id)
