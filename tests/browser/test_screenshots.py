"""The pictures of the documents can be taken again."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.screenshots import IMAGES, SCHEMES, take

PNG = b"\x89PNG\r\n"


def pictures(folder: Path) -> list[str]:
    """Return the names of what *folder* holds, as far as they are pictures."""
    return sorted(f.name for f in folder.iterdir() if f.read_bytes().startswith(PNG))


@pytest.mark.timeout(300)
async def test_every_picture_of_the_documents_is_taken_from_the_page(
    browser: Browser, tmp_path: Path
) -> None:
    await take(browser, tmp_path, SCHEMES[:1])

    light = pictures(tmp_path)
    dark = [name.replace("-light", "-dark") for name in light]
    assert pictures(IMAGES) == sorted([*light, *dark]) != []
