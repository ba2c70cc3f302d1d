"""Answers of Jira that end: with their time and their size, however slowly they drip."""

import time
from collections.abc import Iterator
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ReadTimeout
from typing_extensions import override

LONGEST = 16 * 1024 * 1024
"""Bytes of an answer that are read, unpacked; a hundred tickets are some hundred thousand."""


class Bounded(HTTPAdapter):
    """Carries requests as usual; the body of an answer has *seconds* to arrive.

    The timeout of the connection begins anew with every byte.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    @override
    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        made = super().build_response(req, resp)
        made.raw = _Body(made.raw, time.monotonic() + self._seconds)
        return made


class _Body:
    """What is read of an answer, as far as its reader asks for it."""

    def __init__(self, inner: Any, ends: float) -> None:
        self._inner = inner
        self._ends = ends

    def stream(self, amt: int, *, decode_content: bool = True) -> Iterator[bytes]:
        """Yield pieces as they arrive. To wait until *amt* are there could take for ever."""
        size = 0
        while piece := self._inner.read1(amt, decode_content=decode_content):
            size += len(piece)
            if size > LONGEST or time.monotonic() > self._ends:
                self.close()
                raise ReadTimeout("The answer does not end.")
            yield piece

    def close(self) -> None:
        """Hang up."""
        self._inner.close()

    def release_conn(self) -> None:
        """Let another request have the connection."""
        self._inner.release_conn()
