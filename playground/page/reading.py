"""What a form of the page sent."""

from urllib.parse import parse_qsl

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request

from playground.errors import CannotDo

Given = ImmutableMultiDict[str, str]
"""The fields of a form, in their order."""

LARGEST = 1_000_000
"""Bytes of one form that are read."""


async def form_of(request: Request) -> Given:
    """Return the fields that *request* carries; raises CannotDo where they are too much."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise CannotDo("That is more than Slack takes.")
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return Given(pairs)
