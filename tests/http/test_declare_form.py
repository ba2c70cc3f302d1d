"""The web form for when Slack is down: a token, a few fields, one press."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest

from audit.search import Filter, search
from bot.domain.errors import NotAllowed
from bot.domain.invocation import Origin, Surface
from bot.domain.record import Stage
from bot.http.server import serve
from bot.pipeline.answers import Asking, Form, Refusal
from tests.world import World, world


class Browser:
    """Somebody at the form, without a cookie jar and without a script."""

    def __init__(self, w: World, session: aiohttp.ClientSession, token: str) -> None:
        self.w = w
        self.token = token
        self._session = session
        self.status = 0
        self.headers: dict[str, str] = {}
        self.page = ""

    async def opens(self) -> None:
        """Open the form."""
        async with self._session.get("/declare") as answer:
            await self._read(answer)

    async def sends(self, path: str = "/declare", **fields: str) -> None:
        """Send *fields* with what is hidden in the page."""
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.page))
        async with self._session.post(path, data={**hidden, **fields}) as answer:
            await self._read(answer)

    async def declares(self, title: str = "Checkout fails", **fields: str) -> None:
        """Open the form, fill it in and send it."""
        await self.opens()
        await self.sends(title=title, token=self.token, **fields)

    async def posts(self, body: bytes, kind: str = "application/x-www-form-urlencoded") -> None:
        """Send any *body*."""
        headers = {"content-type": kind}
        async with self._session.post("/declare", data=body, headers=headers) as answer:
            await self._read(answer)

    async def until_declared(self) -> None:
        """Look again until it is declared."""
        async with asyncio.timeout(20):
            while "It is declared." not in self.page:
                await self.sends("/declare/state")

    async def _read(self, answer: aiohttp.ClientResponse) -> None:
        self.status, self.page = answer.status, await answer.text()
        self.headers = dict(answer.headers)


@asynccontextmanager
async def at_the_form(folder: Path) -> AsyncIterator[Browser]:
    async with world(folder) as w:
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        task = asyncio.create_task(serve(w.bot.app, "127.0.0.1", 0, ready.set_result, stop))
        url = f"http://127.0.0.1:{await ready}"
        users_of(w)["ada"] = w.ada.id
        secret, _ = await w.bot.tokens.make("ada", w.slack.team_id, w.ada.id, 30)
        async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()) as session:
            yield Browser(w, session, secret)
        stop.set()
        await task


def users_of(w: World) -> dict[str, str]:
    """Return the setting `cli.users`, to be changed."""
    return cast("dict[str, str]", w.bot.tokens.users)


@pytest.fixture
async def ada(tmp_path: Path) -> AsyncIterator[Browser]:
    async with at_the_form(tmp_path) as browser:
        yield browser


async def declared(w: World) -> list[dict[str, Any]]:
    return await w.events(stage=Stage.INTENT)


async def test_the_page_holds_nothing_but_a_form(ada: Browser) -> None:
    await ada.opens()

    labels = set(re.findall(r'<label for="(\w+)"', ada.page))
    assert labels == {"title", "severity", "service", "private", "token"}
    assert "SEV2: Many are affected, or something important is down." in ada.page
    assert "<script" not in ada.page
    assert "http" not in ada.page.replace('<form method="post"', "")
    assert "width=device-width" in ada.page


async def test_the_page_may_load_nothing_and_is_kept_nowhere(ada: Browser) -> None:
    await ada.opens()

    assert "default-src 'none'" in ada.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in ada.headers["Content-Security-Policy"]
    assert ada.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in ada.headers


async def test_one_press_declares_and_the_page_tells_how_it_stands(ada: Browser) -> None:
    await ada.declares(severity="SEV1", service="checkout", private="yes")
    await ada.until_declared()

    assert "INC-1" in ada.page
    assert ada.token not in ada.page
    [event] = await declared(ada.w)
    assert event["surface"] == "web"
    assert event["actor"] == ada.w.ada.id
    assert (event["params"]["severity"], event["params"]["private"]) == ("SEV1", True)


async def test_a_second_press_declares_nothing_more(ada: Browser) -> None:
    await ada.opens()
    form = ada.page
    await ada.sends(title="Checkout fails", token=ada.token)
    first = ada.page.partition("on the record")[2]

    ada.page = form
    await ada.sends(title="Checkout fails", token=ada.token)

    assert ada.page.partition("on the record")[2] == first
    assert len(await declared(ada.w)) == 1


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(ada: Browser) -> None:
    await ada.declares("Checkout <b>fails</b>", severity="SEV9", service="checkout")

    assert ada.status == 422
    assert re.search(r'id="severity-wrong" role="alert">There is no choice', ada.page)
    assert "Checkout &lt;b&gt;fails&lt;/b&gt;" in ada.page
    assert ada.token not in ada.page

    await ada.sends(title="Checkout fails", token=ada.token)
    await ada.until_declared()


@pytest.mark.parametrize("token", ["", "rbt_nothing", "é" * 40, "x" * 5000])
async def test_a_token_that_nobody_made_does_nothing(ada: Browser, token: str) -> None:
    ada.token = token

    await ada.declares()

    assert ada.status == 403
    assert "not known, or has expired" in ada.page
    assert 'value="Checkout fails"' in ada.page
    assert await ada.w.stages() == []


async def test_a_token_ends_when_it_is_revoked(ada: Browser) -> None:
    [kept] = await ada.w.bot.tokens.mine(ada.w.ada.id)
    await ada.w.bot.tokens.revoke(kept.id, ada.w.ada.id, ada.w.ada.id)

    await ada.declares()

    assert ada.status == 403


async def test_a_token_ends_when_its_owner_is_taken_out_of_the_settings(ada: Browser) -> None:
    del users_of(ada.w)["ada"]

    await ada.declares()

    assert ada.status == 403


async def test_too_many_wrong_tokens_lock_out_nobody_who_has_one(ada: Browser) -> None:
    right, ada.token = ada.token, "rbt_wrong"
    await ada.opens()
    for _ in range(31):
        await ada.sends(title="x", token="rbt_wrong")

    assert ada.status == 429

    ada.token = right
    await ada.declares()
    assert ada.status == 200


async def test_what_is_no_form_is_turned_away(ada: Browser) -> None:
    await ada.posts(b"{}", "application/json")
    assert ada.status == 415

    await ada.posts(b"title=" + b"x" * 20_000)
    assert ada.status == 413

    await ada.posts("title=é".encode())
    assert ada.status == 400

    await ada.posts(f"title=x&token={ada.token}".encode())
    assert ada.status == 400
    assert await ada.w.stages() == []


async def test_how_it_stands_is_told_to_nobody_without_its_ticket(ada: Browser) -> None:
    await ada.declares()
    await ada.sends("/declare/state", ticket="0" * 32)

    assert ada.status == 404
    assert "Checkout" not in ada.page


def falls_silent(w: World) -> None:
    """Let Slack answer nothing more, and nothing be remembered of anybody."""
    w.slack.workspace.faults.down()
    w.bot.directory.heard("everything")


async def test_while_slack_is_silent_the_token_says_who_it_is(tmp_path: Path) -> None:
    async with at_the_form(tmp_path) as ada:
        falls_silent(ada.w)

        await ada.declares()
        await ada.until_declared()

        [event] = await declared(ada.w)
        told = event["decision"]["request"]
        assert "support-leads" not in str(told)
        assert event["detail"]["vouched"].startswith("token ")
        ada.w.slack.workspace.faults.clear()


async def test_a_token_vouches_for_nothing_but_declaring_by_the_form(tmp_path: Path) -> None:
    async with at_the_form(tmp_path) as ada:
        w = ada.w
        falls_silent(w)
        by_form = Origin(surface=Surface.WEB, team=w.slack.team_id, user=w.ada.id)
        by_slack = by_form.model_copy(update={"surface": Surface.SLACK})

        listing = await w.bot.desk.ask(Asking("1", by_form, "incident.list", Form({})))
        title = Form({"title": "Checkout fails"})
        declaring = await w.bot.desk.ask(Asking("2", by_slack, "incident.declare", title))

        assert isinstance(listing, Refusal)
        assert isinstance(declaring, Refusal)
        w.slack.workspace.faults.clear()


async def test_a_guest_gets_no_token(ada: Browser) -> None:
    users_of(ada.w)["mallory"] = ada.w.mallory.id

    with pytest.raises(NotAllowed, match="no full member"):
        await ada.w.bot.tokens.make("mallory", ada.w.slack.team_id, ada.w.mallory.id, 30)


async def test_who_was_switched_off_since_declares_nothing_by_their_token(ada: Browser) -> None:
    await ada.w.slack.changes(ada.w.ada, deactivated=True)

    await ada.declares()

    assert ada.status == 409
    assert "switched off" in ada.page
    assert await ada.w.stages() == ["denied"]


async def test_making_and_revoking_are_on_the_record_without_the_secret(ada: Browser) -> None:
    [kept] = await ada.w.bot.tokens.mine(None)
    await ada.w.bot.tokens.revoke(kept.id, None, "os:root")

    kept_of = ada.w.bot.kept
    found = await kept_of.store.read(lambda c: search(c, Filter(limit=1000), kept_of.sealer))
    told = {one.body["detail"]["did"]: one for one in found if "did" in one.body.get("detail", {})}
    assert told["token made"].actor == ada.w.ada.id
    assert told["token revoked"].actor == "os:root"
    assert told["token revoked"].body["detail"]["user"] == ada.w.ada.id
    assert ada.token not in str([one.body for one in found])


def goes_on_talking(w: World) -> None:
    """Let Slack answer as it did."""
    w.slack.workspace.faults.clear()


@pytest.mark.parametrize("slack", [goes_on_talking, falls_silent])
async def test_the_record_says_which_of_somebodys_tokens_was_shown(
    tmp_path: Path, slack: Callable[[World], None]
) -> None:
    async with at_the_form(tmp_path) as ada:
        _, newer = await ada.w.bot.tokens.make("ada", ada.w.slack.team_id, ada.w.ada.id, 30)
        [older] = {one.id for one in await ada.w.bot.tokens.mine(ada.w.ada.id)} - {newer.id}
        slack(ada.w)

        await ada.declares()
        await ada.until_declared()

        assert {e["detail"].get("token") for e in await declared(ada.w)} == {older}
        assert newer.id not in str(await ada.w.events())
        ada.w.slack.workspace.faults.clear()


async def test_a_token_that_somebody_typed_into_a_field_is_not_on_the_record(
    ada: Browser,
) -> None:
    await ada.declares(f"Checkout fails {ada.token}")

    [event] = await declared(ada.w)
    assert ada.token not in str(event)
    assert "looks like a Redbutton token" in event["params"]["title"]
