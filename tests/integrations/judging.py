"""Judges what is sent to a vendor by the vendor's own description of its API.

The descriptions are not part of the project: they lie beside the checkout, where they are kept.
"""

import json
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
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
    # The vendors' own files break the rules for such files, so these are not checked.
    spec = OpenAPI.from_dict(described, config=Config(spec_validator_cls=None))  # type: ignore[arg-type]
    server = urlsplit(described["servers"][0]["url"])
    host, prefix = f"{server.scheme}://{server.netloc}", server.path.rstrip("/")

    def judged(sent: Sent, url: str) -> list[str]:
        request = _Request(sent, url, host, prefix)
        return [f"{sent.way}: {error}" for error in _told(spec, request)]

    return judged


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
    """*sent* as if it had gone to the vendor itself, in the form that openapi-core reads."""

    def __init__(self, sent: Sent, url: str, host: str, prefix: str) -> None:
        path = urlsplit(sent.url).path.removeprefix(urlsplit(url).path.rstrip("/"))
        self.host_url = host
        self.path = path if path.startswith(f"{prefix}/") else f"{prefix}{path}"
        self.method = sent.way.split(" ")[0].lower()
        self.body: bytes | None = sent.raw or None
        self.content_type = sent.headers.get("content-type", "application/json").lower()
        # `sent.query` keeps one value a name; PagerDuty's lists repeat theirs.
        asked = parse_qsl(urlsplit(sent.url).query, keep_blank_values=True)
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(asked), header=Headers(dict(sent.headers))
        )
