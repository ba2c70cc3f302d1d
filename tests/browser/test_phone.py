"""The page as it is held in a hand: nothing is cut off, hidden or out of reach."""

from playwright.async_api import Locator, expect

from tests.browser.eyes import WITHIN, Eyes

LINES = """place => {
  const words = new Range();
  words.selectNodeContents(place);
  return new Set([...words.getClientRects()].map(line => line.top)).size;
}"""


async def lines(place: Locator) -> int:
    """Count the lines that the words in *place* take."""
    return int(await place.evaluate(LINES))


async def test_what_is_wrong_in_a_form_comes_into_sight_where_it_is(eyes: Eyes) -> None:
    await eyes.page.set_viewport_size({"width": 390, "height": 700})
    await eyes.sits("ada")
    await eyes.types('/ops users.suspend_domain shop.example reason="stolen cards" pause=0')
    await expect(eyes.modal).to_be_visible()
    await eyes.modal.locator(".inside").evaluate("inside => { inside.scrollTop = 0; }")
    await eyes.submits("Suspend domain now")

    await expect(eyes.modal.get_by_role("alert")).to_be_in_viewport(ratio=1, timeout=WITHIN)
    await expect(eyes.modal.get_by_label("Type shop.example to confirm")).to_be_focused()


async def test_what_a_search_offers_is_not_cut_off_by_its_form(eyes: Eyes) -> None:
    await eyes.page.set_viewport_size({"width": 390, "height": 844})
    await eyes.sits("ada")
    await eyes.types("/ops")
    options = eyes.modal.get_by_role("option")

    await expect(options.nth(3)).to_be_in_viewport(ratio=1, timeout=WITHIN)
    await options.nth(3).click()
    await expect(options.first).to_be_hidden()


async def test_the_business_and_the_record_are_read_word_by_word_and_lead_back(eyes: Eyes) -> None:
    await eyes.page.set_viewport_size({"width": 390, "height": 844})
    await eyes.page.goto(f"{eyes.address}/things/backoffice")
    row = eyes.page.get_by_role("row").filter(has_text="alan@example.com")
    account, _, state, *_ = await row.get_by_role("cell").all()
    links = await eyes.page.locator(".top nav a").all()

    assert [await lines(one) for one in (account, state, *links)] == [1] * (2 + len(links))
    await eyes.page.get_by_role("link", name="Redbutton pretend workspace").click()
    await expect(eyes.page.locator("#say")).to_be_visible()


async def test_who_acts_is_seen_also_at_the_end_of_the_row(eyes: Eyes) -> None:
    await eyes.page.set_viewport_size({"width": 390, "height": 844})
    await eyes.sits("olga", "with-partner")

    mine = eyes.page.get_by_role("navigation", name="Act as").get_by_role("link", name="Olga")
    await expect(mine).to_be_in_viewport(ratio=1)
