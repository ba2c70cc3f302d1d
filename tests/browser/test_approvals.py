"""Two people agree: one asks, another reads what would happen and approves, and it runs."""

from playwright.async_api import expect

from bot.slack.glass import WORD
from tests.browser.eyes import Eyes

ASK = '/ops users.suspend_domain example.com reason="a stolen laptop" pause=0'
WHY = "The laptop was hers, I called"


async def asks(eyes: Eyes) -> None:
    """Let Ada ask for what needs somebody else to agree."""
    await eyes.sits("ada")
    await eyes.types(ASK)
    await eyes.confirms("example.com")
    await eyes.submits("Suspend domain now")
    await eyes.reads("1 more of peer")


async def test_what_another_approved_in_the_page_runs_and_who_asked_reads_it(eyes: Eyes) -> None:
    await asks(eyes)
    await eyes.reads("needs 1 other of", "#messages")
    await eyes.clicks("Approve", "#messages")
    await eyes.reads("Nobody approves what they asked for themselves.")
    before = eyes.stage.changes()
    await eyes.sits("mia", "@redbutton")
    card = eyes.page.locator("#messages > li").filter(has_text="Approvals:").last
    await expect(card).to_contain_text("What changes")
    await expect(card).to_contain_text("alan@example.com")
    await expect(card.get_by_role("button")).to_have_text(
        ["Approve", "Refuse", "Ask a question", "Hand over"]
    )
    await eyes.clicks("Approve", "#messages")
    await eyes.fills(why=WHY)
    await eyes.submits("Approve")
    await expect(card).to_contain_text("· approved ·")
    await expect(card).to_contain_text(f"Mia: {WHY}")
    await expect(card.get_by_role("button", name="Approve")).to_have_count(0)
    await eyes.sits("ada")
    await eyes.reads("11 accounts at example.com are suspended.")

    assert (before, eyes.stage.changes()) == (0, 11)


async def test_who_is_on_call_breaks_the_glass_and_the_channel_hears_of_it(eyes: Eyes) -> None:
    await eyes.sits("eva")
    await eyes.types("/ops users.resume mallory@example.com")
    await eyes.clicks("🚨 Break glass", "#messages")
    await eyes.fills(why="She cannot pay, and is on the phone")
    await eyes.confirms(WORD)
    await eyes.submits("Break glass")
    await eyes.reads("mallory@example.com is active again.")

    await eyes.sits("sam")
    await eyes.reads("broke the glass for")
