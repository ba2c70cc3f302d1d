"""The page for somebody who cannot see it, or sees little: judged by axe-core."""

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # Axe comes without types.
from playwright.async_api import Locator, Page, expect

from tests.browser.eyes import Eyes

OPTIONS = {"resultTypes": ["violations"]}
GRAVE = ("serious", "critical")
ENOUGH = 4.5
CONTRAST = """place => {
  const { color, backgroundColor } = getComputedStyle(place);
  const linear = part => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = colour => {
    const [red, green, blue] = colour.match(/[0-9]+/g).map(part => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const [words, behind] = [light(color), light(backgroundColor)];
  return Math.max(words, behind) / Math.min(words, behind);
}"""
"""Axe leaves words that have the very colour of what is behind them to people to judge."""


async def barriers(page: Page) -> list[str]:
    """Return what keeps somebody out of *page*, in light and in dark."""
    found = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        judged = (await Axe().run(page, options=OPTIONS)).response["violations"]
        found += [
            f"{scheme}: {one['id']} at {node['html'][:200]}: {node['failureSummary']}"
            for one in judged
            for node in one["nodes"]
            if one["impact"] in GRAVE
        ]
    return found


async def test_no_page_has_a_barrier(eyes: Eyes) -> None:
    await eyes.sits("ada")
    await eyes.types('/ops users.suspend alan@example.com reason="card testing"')
    await eyes.reads("alan@example.com is suspended.")
    await expect(eyes.page.locator("#run")).to_contain_text("succeeded")
    run = eyes.page.locator("#messages > li").filter(has_text="is suspended.")
    await run.get_by_label("What to do with this message").click()
    await run.get_by_role("button", name="React with ✅").click()
    await run.get_by_role("link", name="Reply in thread").click()
    await eyes.types("Thank you.")
    await expect(eyes.page.locator("#thread")).to_contain_text("Thank you.")
    assert await barriers(eyes.page) == []

    await eyes.page.set_viewport_size({"width": 390, "height": 844})
    assert await barriers(eyes.page) == []
    await eyes.page.get_by_role("button", name="Guide").click()
    assert await barriers(eyes.page) == []

    await eyes.page.set_viewport_size({"width": 1280, "height": 860})
    await eyes.sits("ada")
    await eyes.types("/ops users.suspend")
    await eyes.submits("Suspend")
    await expect(eyes.modal.get_by_role("alert")).to_have_count(2)
    assert await barriers(eyes.page) == []
    await eyes.modal.get_by_role("button", name="Close").click()
    await expect(eyes.modal).to_have_count(0)

    await eyes.sits("ada", "~home")
    await expect(eyes.page.locator("#home")).to_contain_text("users.find")
    assert await barriers(eyes.page) == []

    await eyes.page.goto(f"{eyes.address}/things/backoffice")
    assert await barriers(eyes.page) == []
    await eyes.page.goto(f"{eyes.address}/record")
    assert await barriers(eyes.page) == []


async def contrast(place: Locator) -> float:
    """Return how far the words at *place* stand out from what is behind them: 1 to 21."""
    return float(await place.evaluate(CONTRAST))


async def test_what_is_marked_in_a_list_can_be_read(eyes: Eyes) -> None:
    await eyes.sits("ada")
    await eyes.types("/ops users.resume")
    await eyes.modal.get_by_label("User", exact=True).fill("an")
    marked = eyes.modal.get_by_role("option", name="Alan Castellan")
    await expect(marked).to_have_attribute("aria-selected", "true")
    alone = await contrast(marked)
    await marked.hover()

    assert min(alone, await contrast(marked)) > ENOUGH
    assert await barriers(eyes.page) == []
