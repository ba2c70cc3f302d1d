"""The page for somebody who cannot see it, or sees little: judged by axe-core."""

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # Axe comes without types.
from playwright.async_api import Page, expect

from tests.browser.eyes import Eyes

OPTIONS = {"resultTypes": ["violations"]}
GRAVE = ("serious", "critical")


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
