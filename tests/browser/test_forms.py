"""Forms: what is wrong is said at its field, and nothing happens before it is right."""

from playwright.async_api import Locator, expect

from tests.browser.eyes import Eyes

DISRUPT = '/ops users.suspend_domain shop.example reason="stolen cards" pause=0'
MISSING = "Please complete this required field."


async def says(field: Locator, words: str) -> None:
    """Wait until *field* is marked as wrong, and *words* stand at it."""
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(words)


async def test_a_form_says_at_each_field_what_is_wrong_until_it_is_right(eyes: Eyes) -> None:
    await eyes.sits("ada")
    await eyes.types("/ops users.suspend")
    await eyes.submits("Suspend")
    user, reason = eyes.modal.get_by_label("User"), eyes.modal.get_by_label("Reason")

    alerts = eyes.modal.get_by_role("alert")
    await expect(alerts).to_have_text([MISSING, MISSING])
    await says(
        user, f"The account's e-mail; in the form, type a part of the e-mail or name. {MISSING}"
    )
    await says(
        reason, f"Why, in one sentence. It is kept with the account and in the record. {MISSING}"
    )

    await eyes.chooses("User", "alan", "Alan Castellan")
    await reason.fill("no")
    await eyes.submits("Suspend")
    await expect(alerts).to_have_text(["Enter at least 5 characters."])
    await expect(user).not_to_have_attribute("aria-invalid", "true")
    assert [d.kind for d in eyes.stage.slack.deliveries if d.kind == "view_submission"] == []

    await reason.fill("card testing")
    await eyes.submits("Suspend")
    await eyes.reads("alan@example.com is suspended.")
    await expect(eyes.modal).to_have_count(0)
    assert (eyes.stage.state("alan"), eyes.stage.changes()) == ("suspended", 1)


async def test_what_the_bot_refuses_is_said_at_its_field_and_what_is_confirmed_runs(
    eyes: Eyes,
) -> None:
    await eyes.sits("ada")
    await eyes.types("/ops users.suspend_domain")
    await eyes.fills(domain="@shop", reason="stolen cards", pause="0")
    await eyes.confirms("@shop")
    await eyes.submits("Suspend domain now")
    alert, domain = eyes.modal.get_by_role("alert"), eyes.modal.get_by_label("Domain", exact=True)
    await expect(alert).to_contain_text("a domain like shop.example, without @")
    await expect(domain).to_have_attribute("aria-invalid", "true")
    await expect(eyes.modal.get_by_label("Reason")).to_have_value("stolen cards")
    await eyes.modal.get_by_role("button", name="Cancel").click()
    await expect(eyes.modal).to_have_count(0)

    await eyes.types(DISRUPT)
    await eyes.confirms("shop.exampel")
    await eyes.submits("Suspend domain now")
    name = eyes.modal.get_by_label("Type shop.example to confirm")
    await says(name, "Type 'shop.example' to confirm.")
    assert eyes.stage.changes() == 0
    await name.fill("shop.example")
    await eyes.submits("Suspend domain now")
    await eyes.reads("8 accounts at shop.example are suspended.")
    assert eyes.stage.changes() == 8
