"""The image, without a container: its own steps in a clean environment, then what it runs."""

import asyncio
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from playground.driver import PretendSlack
from tests.image import ROOT, Stage, context, stages
from tests.operator.place import Life, Place, place_at
from tests.scenarios.child import eventually

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]

UV = Path(sys.executable).with_name("uv")
BUILDS_WITHIN = 120.0
"""Seconds for one step of the build; most take one, but packages may have to be fetched."""

LINE = "/ops users.suspend alan@example.com reason='card testing'"


@dataclass(frozen=True)
class Image:
    """What was built in *root*, which stands for the root of the image."""

    root: Path
    stage: Stage

    async def starts(
        self, place: Place, words: list[str], **environ: str
    ) -> asyncio.subprocess.Process:
        """Start *words* in an empty folder, with the image's variables, and *place*'s on top."""
        (place.folder / "data").mkdir(exist_ok=True)
        outside = {k: v for k, v in place.environ.items() if not k.startswith("PYTHON")}
        told = self.stage.environ | outside | environ
        path = self.stage.environ["PATH"].replace("/opt/", f"{self.root}/opt/")
        told["PATH"] = path.replace("$PATH", place.environ["PATH"])
        command = shutil.which(words[0], path=told["PATH"])
        assert command is not None
        with (place.folder / "serve.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(command, *words[1:]), cwd=place.folder / "data", env=told, stderr=log
            )

    @asynccontextmanager
    async def serves(self, place: Place) -> AsyncIterator[Life]:
        """Run what a container runs when nothing else is said, until the block ends."""
        process = await self.starts(place, self.stage.words)
        life = Life(process, place.folder / "serve.log")
        try:
            await eventually(lambda: bool(life.told("ready")) or process.returncode is not None)
            assert process.returncode is None, life.log.read_text("utf-8")
            yield life
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def is_well(self, place: Place, life: Life) -> bool:
        """Ask what the container's host asks every few seconds."""
        port = life.url.rpartition(":")[2]
        process = await self.starts(place, self.stage.health, REDBUTTON_PORT=port)
        return await process.wait() == 0


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Carry out the steps of the Dockerfile, in folders of ours and with a faster installer."""
    root = tmp_path_factory.mktemp("image")
    (root / "build").mkdir()
    for source in context():
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, root / "build" / source.name)
    first, last = stages()
    for step in first.all("RUN"):
        moved = re.sub(r"/(opt|tmp)/", rf"{root}/\1/", step)
        fresh = moved.replace("python -m venv", f"{UV} venv --quiet --python {sys.executable}")
        faster = re.sub(
            r"(\S+)/bin/pip install --no-cache-dir",
            rf"{UV} pip install --quiet --python \1/bin/python",
            fresh,
        )
        subprocess.run(  # noqa: S603  The words of our own Dockerfile.
            ["/bin/sh", "-ec", faster], cwd=root / "build", check=True, timeout=BUILDS_WITHIN
        )
    return Image(root, last)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a place whose settings lie beside the folder in which the process starts."""
    return place_at(
        tmp_path,
        environ={
            "DATABASE_URL": "sqlite:///var/redbutton.db",
            "REDBUTTON_CONFIG": str(tmp_path / "redbutton.toml"),
            "REDBUTTON_HOST": "127.0.0.1",
        },
    )


def installed(image: Image) -> set[str]:
    """Return the names of the packages in *image*."""
    found = (image.root / "opt" / "redbutton").glob("lib/python*/site-packages/*.dist-info")
    return {path.name.partition("-")[0].lower().replace("_", "-") for path in found}


def locked() -> set[str]:
    """Return the names of the packages that the lock for use pins, on this system."""
    text = (ROOT / "requirements.lock").read_text("utf-8")
    names = re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==[^;\n]*$", text, re.MULTILINE)
    return set(names)


def state_of(account: str, place: Place) -> str:
    """Return what the business's own database says of *account*."""
    with closing(sqlite3.connect(place.folder / "backoffice.db")) as business:
        found = business.execute("SELECT state FROM account WHERE email = ?", (account,))
        return str(found.fetchone()[0])


async def test_what_is_installed_is_what_the_lock_names_and_the_bot(image: Image) -> None:
    missing = locked() - installed(image)
    development = {"pytest", "hypothesis", "hatchling", "pip"} & installed(image)

    assert (missing, development) == (set(), set())
    assert "redbutton" in installed(image)


async def test_what_a_container_runs_serves_until_it_is_told_to_stop(
    image: Image, place: Place
) -> None:
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        ops = slack.channel("ops", members=[ada])
        place.environ.update(
            SLACK_API_URL=slack.api_url,
            SLACK_BOT_TOKEN=slack.bot_token,
            SLACK_SIGNING_SECRET=slack.signing_secret,
        )
        async with image.serves(place) as life:
            slack.deliver_to(f"{life.url}/slack/events")
            await life.is_ready()
            alive = await life.gets("/livez")
            well = await image.is_well(place, life)
            await slack.types(ada, LINE, ops)
            await slack.until(lambda: "is suspended." in slack.sees(ada).text)
            code = await life.ends()
            well_after = await image.is_well(place, life)

    assert (alive, well, code, well_after) == ((200, "alive"), True, 0, False)
    assert state_of("alan@example.com", place) == "suspended"
    assert [path.name for path in (place.folder / "data").iterdir()] == ["var"]
