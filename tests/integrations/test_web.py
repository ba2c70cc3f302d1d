"""The JSON client: what comes back, and what it makes of answers that are none."""

import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from integrations.web import MOST_BYTES, Garbled, NoAnswer, NoSuccess, Web
from playground.server import listening, serve

Answer = Callable[[Request, bytes], Response]


@asynccontextmanager
async def speaking(answer: Answer) -> AsyncIterator[Web]:
    """Yield a client of a server that answers by *answer*."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = answer(request, await request.body())
        await response(scope, receive, send)

    async with serve(app) as port:
        web = Web(f"http://127.0.0.1:{port}/v1/", {"Authorization": "OAuth pretend"}, timeout=5)
        try:
            yield web
        finally:
            await web.close()


def saying(body: bytes, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _, __: Response(body, status, named)


def echo(request: Request, body: bytes) -> Response:
    """Answer with the request's verb, address, key and body."""
    told = f'["{request.method} {request.url.path}?{request.url.query}", '
    told += f'"{request.headers["authorization"]}", {body.decode() or "null"}]'
    return Response(told)


async def test_what_is_asked_arrives_below_the_address() -> None:
    async with speaking(echo) as web:
        got = await web.get("pages/a", {"limit": 5})
        posted = await web.post("pages", {"name": "é"})
        patched = await web.patch("pages/a", {"name": None})

    assert got == ["GET /v1/pages/a?limit=5", "OAuth pretend", None]
    assert posted == ["POST /v1/pages?", "OAuth pretend", {"name": "é"}]
    assert patched == ["PATCH /v1/pages/a?", "OAuth pretend", {"name": None}]


async def test_an_answer_that_is_no_success_is_handed_over_whole() -> None:
    async with speaking(saying(b'{"error": "no"}', 422, X_Reason="odd")) as web:
        with pytest.raises(NoSuccess) as refused:
            await web.post("pages", {})

    no = refused.value
    assert (no.status, no.headers["x-reason"], no.body) == (422, "odd", '{"error": "no"}')
    assert "error" not in str(no)


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def moved(request: Request, _: bytes) -> Response:
        asked.append(request.url.path)
        return Response(status_code=307, headers={"Location": "/elsewhere"})

    async with speaking(moved) as web:
        with pytest.raises(NoSuccess, match="307"):
            await web.post("pages", {})

    assert asked == ["/v1/pages"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[" * 100_000,
        rb'{"name": "\ud83d"}',
        b"\xff\xfe\x00",
        b"9" * 5000,
        b'"' + b"x" * MOST_BYTES + b'"',
    ],
    ids=["nothing", "html", "deep", "half a character", "bytes", "long number", "huge"],
)
async def test_an_answer_that_is_no_json_or_too_long_is_garbled(body: bytes) -> None:
    async with speaking(saying(body)) as web:
        with pytest.raises(Garbled):
            await web.get("pages")


async def test_an_answer_of_just_the_most_that_is_read_is_read() -> None:
    body = b'"' + b"x" * (MOST_BYTES - 2) + b'"'

    async with speaking(saying(body)) as web:
        assert len(await web.get("pages")) == MOST_BYTES - 2


async def test_a_packed_answer_is_not_unpacked() -> None:
    packed = gzip.compress(b"[" + b" " * 50_000_000 + b"]")

    async with speaking(saying(packed, Content_Encoding="gzip")) as web:
        with pytest.raises(Garbled):
            await web.get("pages")


async def test_a_huge_refusal_is_a_refusal_without_its_text() -> None:
    async with speaking(saying(b"x" * (MOST_BYTES + 1), 500)) as web:
        with pytest.raises(NoSuccess) as refused:
            await web.get("pages")

    assert (refused.value.status, refused.value.body) == (500, "")


async def test_a_line_that_breaks_may_have_carried_the_request() -> None:
    def cut(request: Request, _: bytes) -> Response:
        request.scope["extensions"]["redbutton.drop"]["now"]()
        return Response()

    async with speaking(cut) as web:
        with pytest.raises(NoAnswer) as lost:
            await web.get("pages")

    assert lost.value.sent


async def test_where_nobody_is_nothing_was_sent() -> None:
    with listening() as nobody:
        web = Web(f"http://127.0.0.1:{nobody.getsockname()[1]}/", {})
        with pytest.raises(NoAnswer) as lost:
            await web.post("pages", {})
        await web.close()

    assert not lost.value.sent


async def test_no_proxy_stands_between_this_machine_and_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    async with speaking(saying(b"[1]")) as web:
        assert await web.get("pages") == [1]


async def test_elsewhere_the_proxy_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(Request(scope).headers["host"])
        await Response(b"[2]")(scope, receive, send)

    async with serve(proxy) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        web = Web("http://status.example.com/v1/", {})
        answer = await web.get("pages")
        await web.close()

    assert (answer, asked) == ([2], ["status.example.com"])
