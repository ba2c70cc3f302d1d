"""Judges what is sent to a vendor by the vendor's own description of its API.

The descriptions are not part of the project: they lie beside the checkout, where they are kept.
"""

import json
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl, urlsplit

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from playground.vendor import Sent

SPECS = Path(__file__).parents[2].parent / "shared" / "vendor-specs"
Judge = Callable[[Sent, str], list[str]]


def judge(spec_path: Path) -> Judge:
    """Return what says how a request breaks the description at *spec_path*, nothing if it fits.

    It is what `Vendor.judge` takes. The test is skipped, saying so, where the file is absent.
    """
    if not spec_path.exists():
        pytest.skip(f"{spec_path.name}, by which requests are judged, is not beside the checkout")
    return _judge(spec_path)


@lru_cache
def _judge(spec_path: Path) -> Judge:
    """Read the description once in a process: it is big."""
    described = json.loads(spec_path.read_text())
    # The vendors' own files break the rules for such files, so these are not checked. That None is
    # for this is documented, and left out of the type.
    unchecked = Config(spec_validator_cls=cast("Any", None))
    spec = OpenAPI.from_dict(described, config=unchecked)
    server = urlsplit(described["servers"][0]["url"])
    host, prefix = f"{server.scheme}://{server.netloc}", server.path.rstrip("/")

    @lru_cache(maxsize=4096)
    def told(asked: _Asked) -> tuple[str, ...]:
        return tuple(_told(spec, _Request(asked, host, prefix)))

    def judged(sent: Sent, url: str) -> list[str]:
        return [f"{sent.way}: {error}" for error in told(_asked(sent, url))]

    return judged


class _Asked(NamedTuple):
    """What matters of a request. Tests send the same again and again, to other ports."""

    verb: str
    path: str
    query: str
    body: bytes
    headers: tuple[tuple[str, str], ...]


def _asked(sent: Sent, url: str) -> _Asked:
    """Return *sent* without the address of the pretend vendor, which is *url*."""
    to = urlsplit(sent.url)
    path = to.path.removeprefix(urlsplit(url).path.rstrip("/"))
    headers = tuple(sorted((k, v) for k, v in sent.headers.items() if k != "host"))
    return _Asked(sent.way.split(" ")[0].lower(), path, to.query, sent.raw, headers)


def _told(spec: OpenAPI, request: "_Request") -> list[str]:
    said = []
    with warnings.catch_warnings():
        # Kinds of credentials that openapi-core does not know (OAuth) are not judged.
        warnings.filterwarnings("ignore", "Unsupported scheme type", UserWarning)
        errors = list(spec.iter_request_errors(request))
    for error in errors:
        causes = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
        said += [f"{error}: {_words(cause)}" for cause in causes]
    return said


def _words(cause: object) -> str:
    """Return what is wrong and where; a schema's error has the place beside its words."""
    where = ".".join(str(step) for step in getattr(cause, "absolute_path", ()))
    return f"{where}: {getattr(cause, 'message', cause)}" if where else str(cause)


class _Request:
    """What was asked, as if it had gone to the vendor itself; openapi-core reads this form."""

    def __init__(self, asked: _Asked, host: str, prefix: str) -> None:
        headers = dict(asked.headers)
        whole = asked.path.startswith(f"{prefix}/")
        self.host_url = host
        self.path = asked.path if whole else f"{prefix}{asked.path}"
        self.method = asked.verb
        self.body: bytes | None = asked.body or None
        self.content_type = headers.get("content-type", "application/json").lower()
        # A list in a query repeats its name.
        query = parse_qsl(asked.query, keep_blank_values=True)
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(query), header=Headers(headers)
        )
