"""What somebody writes to do harm is read as words, wherever it is seen."""

import sqlite3
from contextlib import closing

from playwright.async_api import Page, expect

from playground.model import Message, SlackFile
from playground.payloads import escaped
from tests.browser.eyes import Eyes

SCRIPT = "<script>window.hacked=1</script>"
IMAGE = '"><img src=x onerror=window.hacked=1>'
LINK = "<https://evil.example|https://bank.example>"
OTHER = "<javascript:alert(1)|https://bank.example> javascript:alert(1)"
TURNED = "\u202eturned round"
WORDS = f"{SCRIPT} {IMAGE} {LINK} {OTHER}"
HOSTILE = f"{WORDS} {TURNED}"
LONG = "A" * 10_000

HARM = """() => {
  const found = window.hacked ? ["it ran"] : [], body = document.documentElement;
  const never = "script:not([src]):not([type='application/json']), img[src=x], [onerror], svg";
  found.push(...[...document.querySelectorAll(never)].map(one => one.outerHTML));
  const links = [...document.querySelectorAll("a[href]")];
  const schemes = ["http:", "https:", "mailto:"];
  found.push(...links.filter(a => !schemes.includes(a.protocol)).map(a => a.outerHTML));
  const away = links.filter(a => /^https?:/.test(a.getAttribute("href")));
  const hidden = away.filter(a => new URL(a.href).host !== new URL(a.textContent).host);
  found.push(...hidden.map(a => a.outerHTML));
  const wide = [body, ...document.querySelectorAll("main, #side, #stream, dialog[open] .inside")];
  found.push(...wide.filter(e => e.scrollWidth > e.clientWidth).map(e => `wide ${e.tagName}`));
  const mine = document.querySelectorAll("time, .entry small, .toast a, .file small, .who b");
  for (const one of mine) {
    const text = [...one.childNodes].find(each => each.nodeType === 3 && each.length > 1);
    if (!text) continue;
    const [first, second] = [new Range(), new Range()];
    first.setStart(text, 0), first.setEnd(text, 1);
    second.setStart(text, 1), second.setEnd(text, 2);
    const [left, right] = [first, second].map(range => range.getBoundingClientRect().x);
    if (left > right) found.push(`turned ${one.outerHTML}`);
  }
  return found;
}"""
"""Says what on the page is more than words: what ran, leads elsewhere, hides, or breaks out."""

PANES = ("rooms", "main", "side")


async def harm(page: Page) -> list[str]:
    """Return what harm is done on *page*, on a desk and in each pane on a phone."""
    found = [await page.evaluate(HARM)]
    await page.set_viewport_size({"width": 390, "height": 844})
    for pane in PANES:
        await page.evaluate("pane => { document.body.dataset.pane = pane; }", pane)
        found.append(await page.evaluate(HARM))
    await page.set_viewport_size({"width": 1280, "height": 860})
    return [str(one) for some in found for one in some]


async def test_in_a_room_a_thread_a_notice_and_a_file_it_is_words(eyes: Eyes) -> None:
    cast, slack = eyes.stage.cast, eyes.stage.slack
    await eyes.sits("ada")
    await eyes.types(HOSTILE)
    await eyes.types(LONG)
    messages = eyes.page.locator("#messages > li")
    await expect(messages.filter(has_text=LONG)).to_be_visible()
    said = messages.filter(has_text=SCRIPT)
    await expect(said).to_contain_text(IMAGE)
    await said.get_by_label("What to do with this message").click()
    await said.get_by_role("link", name="Reply in thread").click()
    await eyes.types(f"{HOSTILE} {LONG}")
    await expect(eyes.page.locator("#thread")).to_contain_text(LONG)

    words = escaped(slack.workspace, HOSTILE, mail=True)
    file = SlackFile("F1", f"{IMAGE}/{SCRIPT}.html", 4, 0, HOSTILE, b"<b>!", complete=True)
    slack.workspace.files[file.id] = file
    slack.workspace.post(
        Message(cast.ops.id, slack.workspace.new_ts(), cast.sam.id, words, files=[file])
    )
    slack.says(cast.sam, f"<@{cast.ada.id}> {words}", slack.workspace.channels[_support(eyes)])
    await expect(eyes.page.locator(".toast")).to_contain_text(SCRIPT)
    assert await harm(eyes.page) == []

    async with eyes.page.expect_download() as waiting:
        await eyes.page.locator("a.file").click()
    assert (await (await waiting.value).path()).read_bytes() == b"<b>!"


def _support(eyes: Eyes) -> str:
    [found] = [c.id for c in eyes.stage.slack.workspace.channels.values() if c.name == "support"]
    return found


async def test_in_a_form_a_run_the_business_and_the_record_it_is_words(eyes: Eyes) -> None:
    with closing(sqlite3.connect(eyes.stage.folder / "backoffice.db")) as db, db:
        row = ("evil@example.com", HOSTILE, "active", HOSTILE)
        db.execute("INSERT INTO account VALUES (?, ?, ?, ?)", row)
    await eyes.sits("ada")
    await eyes.types("/ops users.suspend_domain")
    await eyes.fills(domain=WORDS, reason=LONG, pause="0")
    await eyes.confirms(WORDS)
    await eyes.submits("Suspend domain now")
    alerts = eyes.modal.get_by_role("alert")
    await expect(alerts.first).to_contain_text("characters")
    await eyes.fills(reason=HOSTILE)
    await eyes.submits("Suspend domain now")
    await expect(alerts.last).to_contain_text("disguise text")
    await expect(alerts.first).to_contain_text(f"{SCRIPT} \"><img…' cannot be taken")
    assert await harm(eyes.page) == []
    await eyes.modal.get_by_role("button", name="Cancel").click()

    await eyes.types("/ops users.suspend")
    await eyes.modal.get_by_label("User").fill("evil")
    await expect(eyes.modal.get_by_role("option")).to_contain_text(SCRIPT)
    assert await harm(eyes.page) == []
    await eyes.modal.get_by_role("option").click()
    await eyes.fills(reason=WORDS)
    await eyes.submits("Suspend")
    await eyes.reads("evil@example.com is suspended.")
    await eyes.types(f"/ops users.find {HOSTILE}")
    await expect(eyes.modal).to_contain_text("disguise text")
    assert await harm(eyes.page) == []
    await eyes.fills(text=WORDS)
    await eyes.submits("Find")
    await eyes.reads("1 account matches")
    line = eyes.page.locator("#timeline > li").filter(has_text="submitted Find users")
    await line.locator("summary").click()
    await expect(line.locator("pre")).to_contain_text(IMAGE.replace('"', '\\"'))
    assert await harm(eyes.page) == []

    await eyes.page.goto(f"{eyes.address}/things/backoffice")
    await expect(eyes.page.get_by_role("row").filter(has_text="evil@")).to_contain_text(SCRIPT)
    assert await harm(eyes.page) == []
    await eyes.page.goto(f"{eyes.address}/record")
    await expect(eyes.page.locator("#content")).to_contain_text("users.suspend_domain")
    assert await harm(eyes.page) == []
