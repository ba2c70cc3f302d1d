"""Rooms: who sees what, threads, reactions, the App Home; and who is kept out of the page."""

import re

import aiohttp
from playwright.async_api import expect

from bot.domain.clock import SystemClock
from integrations.slack.client import SlackClient
from integrations.slack.config import SlackConfig
from integrations.slack.rooms import SlackChat
from tests.browser.eyes import Eyes
from tests.browser.test_access import barriers


async def status(method: str, url: str, **headers: str) -> int:
    """Ask as another program would, and return the status of the answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, headers=headers, data={"text": "hello"}) as answer,
    ):
        return answer.status


async def test_a_thread_is_beside_its_room_and_reactions_are_counted(eyes: Eyes) -> None:
    room = eyes.page.locator("#messages > li").filter(has_text="tests stolen cards")
    thread = eyes.page.locator("#thread")
    await eyes.sits("ada")
    await room.get_by_label("What to do with this message").click()
    await room.get_by_role("button", name="React with 👀").click()
    await expect(room.get_by_role("button", name="👀 1")).to_have_attribute("aria-pressed", "true")
    await room.get_by_role("link", name="Reply in thread").click()
    await eyes.types("I look into it.")
    await expect(thread).to_contain_text("I look into it.")
    await expect(room.get_by_role("link", name="1 reply")).to_be_visible()
    await expect(eyes.page.locator("#messages")).not_to_contain_text("I look into it.")
    await eyes.types("/ops meta.help")
    await eyes.reads("/ops is not supported in threads.")

    await eyes.sits("sam")
    await room.get_by_role("button", name="👀 1").click()
    await expect(room.get_by_role("button", name="👀 2")).to_be_visible()
    await room.get_by_role("button", name="👀 2").click()
    await expect(room.get_by_role("button", name="👀 1")).to_have_attribute("aria-pressed", "false")
    assert {one.kind for one in eyes.stage.slack.deliveries} == {"reaction_added"}


async def test_a_room_is_for_who_is_in_it_and_the_page_for_nobody_elses_page_or_name(
    eyes: Eyes,
) -> None:
    rooms = eyes.page.get_by_role("navigation", name="Rooms")
    await eyes.sits("ada")
    await eyes.types("/nothing at all")
    await eyes.reads("/nothing is not a valid command. In this workspace there are: /ops")
    await expect(rooms).to_contain_text("support")
    await expect(rooms).not_to_contain_text("finance")
    await eyes.sits("finn")
    await expect(rooms).to_contain_text("finance")
    await expect(eyes.page.locator("#messages > li")).to_have_count(2)
    assert await status("GET", f"{eyes.address}/as/finn/finance") == 200
    assert await status("GET", f"{eyes.address}/as/ada/finance") == 404
    assert await status("GET", f"{eyes.address}/as/nobody/ops") == 404

    url, before = f"{eyes.address}/as/ada/ops", len(eyes.stage.cast.ops.said)
    assert await status("POST", f"{url}/say", Origin="https://evil.example") == 403
    assert await status("POST", f"{url}/say", Origin="null") == 403
    assert await status("GET", url, Host="evil.example") == 421
    assert len(eyes.stage.cast.ops.said) == before


async def test_a_direct_message_is_noticed_in_another_room_until_it_is_read(eyes: Eyes) -> None:
    await eyes.sits("gus", "~home")
    await expect(eyes.page.locator("#home")).to_contain_text(
        "You may run none of the operations here. Guests, people of other organisations and bots "
        "may not run anything here.",
    )
    await eyes.sits("ada", "~home")
    home = eyes.page.locator("#home")
    await expect(home).to_contain_text(re.compile(r"you may run \d+ of \d+\."))
    suspend = home.locator(".section").filter(
        has=eyes.page.get_by_text("users.suspend", exact=True)
    )
    await suspend.get_by_role("button", name="Open").click()
    await eyes.chooses("User", "alan", "Alan Castellan")
    await eyes.fills(reason="card testing")
    await eyes.submits("Suspend")
    toast = eyes.page.locator(".toast")
    await expect(toast.first).to_contain_text("Redbutton:")
    app = eyes.page.get_by_role("link", name="Redbutton")
    await expect(app.locator(".badge")).to_contain_text("unread")
    await toast.first.get_by_role("link", name="Look").click()
    await eyes.reads("alan@example.com is suspended.")
    await expect(app.locator(".badge")).to_have_count(0)
    assert eyes.stage.state("alan") == "suspended"


async def test_a_channel_that_the_app_opens_is_there_at_once_with_its_walls(
    eyes: Eyes,
) -> None:
    slack = eyes.stage.slack
    client = await SlackClient.open(SlackConfig(slack.bot_token, slack.api_url))
    chat = SlackChat(client, SystemClock())
    rooms = eyes.page.get_by_role("navigation", name="Rooms")
    head = eyes.page.locator("#head")
    await eyes.sits("ada")
    room = await chat.open_room("inc-1 Checkout", purpose="Down.", private=False, key="k")
    await chat.invite(room.id, [eyes.stage.cast.ada.id])
    await rooms.get_by_role("link", name="inc-1-checkout").click()
    await expect(eyes.page.locator("#messages")).to_contain_text("@ada has joined the channel")
    await eyes.types("Checkout is down since ten.")
    await eyes.reads("Checkout is down since ten.")
    said = slack.workspace.channels[room.id].said[-1]

    await chat.topic(room.id, "SEV1 <b>& rising</b>")
    await chat.bookmark(room.id, "Ticket OPS-1", "https://tickets.example/OPS-1")
    await chat.pin(room.id, said.ts)
    await expect(head.locator(".topic")).to_have_text("SEV1 <b>& rising</b>")
    await expect(head.get_by_role("link", name="Ticket OPS-1")).to_be_visible()
    await expect(head.get_by_role("link", name="1 pinned")).to_be_visible()
    item = eyes.page.locator("#messages > li").filter(has_text="down since ten")
    await expect(item).to_contain_text("Pinned")
    await item.get_by_label("What to do with this message").press("Enter")
    await item.get_by_role("button", name="React with 📌").press("Enter")
    await expect(item.get_by_role("button", name="📌 1")).to_be_visible()
    assert said.reactions == {"pushpin": [eyes.stage.cast.ada.id]}
    assert await barriers(eyes.page) == []

    await chat.rename(room.id, "inc-1-fixed")
    await expect(head.get_by_role("heading")).to_have_text("#inc-1-checkout")
    await eyes.types("It is fixed.")
    await eyes.reads("It is fixed.")
    await chat.archive(room.id)
    await expect(rooms.get_by_role("link", name="inc-1-fixed")).to_contain_text("archived")
    await expect(head).to_contain_text("archived")
    await eyes.types("Too late.")
    await expect(eyes.page.locator(".toast").first).to_contain_text("is archived")
    assert await barriers(eyes.page) == []
    await client.close()
