"""Runs: seen as they go, stopped by a button, and what they give back as a file."""

import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser.eyes import Eyes

CLUB = '/ops users.suspend_domain club.example reason="a drill" pause=4'


async def test_a_run_is_seen_as_it_goes_and_stopped_when_somebody_means_it(eyes: Eyes) -> None:
    await eyes.sits("ada")
    await eyes.types(CLUB)
    await eyes.confirms("club.example")
    await eyes.submits("Suspend domain now")
    await eyes.reads(re.compile("[1-8] of 9 accounts are suspended."))
    ask = eyes.page.locator("#ask")
    await eyes.clicks("Cancel", "#messages")
    await expect(ask).to_contain_text("Cancel this run?")
    await expect(ask).to_contain_text("It stops before its next step. What is done stays.")
    await eyes.clicks("Let it go on", "#ask")
    await expect(ask).to_be_hidden()
    await eyes.reads(re.compile("[2-8] of 9 accounts are suspended."))
    pressed = [d for d in eyes.stage.slack.deliveries if d.kind == "block_actions"]

    await eyes.clicks("Cancel", "#messages")
    await eyes.clicks("Cancel the run", "#ask")
    await eyes.reads("cancelled")
    await expect(eyes.page.locator("#messages").get_by_role("button", name="Cancel")).to_have_count(
        0
    )
    await expect(eyes.page.locator("#run")).to_contain_text("cancelled")
    assert pressed == []
    assert 2 <= eyes.stage.changes() < 9


async def test_what_a_message_does_not_hold_comes_as_a_file_byte_for_byte(
    eyes: Eyes, tmp_path: Path
) -> None:
    await eyes.sits("ada", "@redbutton")
    await eyes.types("/ops users.find example")
    await eyes.reads("30 accounts match")
    link = eyes.page.locator("#messages a.file")
    async with eyes.page.expect_download() as waiting:
        await link.click()
    download = await waiting.value
    await download.save_as(tmp_path / "got")
    [file] = eyes.stage.slack.workspace.files.values()

    assert download.suggested_filename == file.name
    assert (tmp_path / "got").read_bytes() == file.content
    assert b"theo@club.example" in (file.content or b"")


async def test_a_file_that_comes_elsewhere_is_noticed_by_its_name(eyes: Eyes) -> None:
    await eyes.sits("ada")
    await eyes.types("/ops users.find example")
    toast = eyes.page.locator(".toast").filter(has_text="users.find-")
    await expect(toast).to_contain_text(".csv")
    await toast.get_by_role("link", name="Look").click()

    await expect(eyes.page.locator("#messages a.file")).to_contain_text("users.find-")
