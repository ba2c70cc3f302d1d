"""The code that the README shows is the code that runs."""

import re

from tests.conventions.house import ROOT

README = ROOT / "README.md"
END = "<!-- end of snippet -->"

_MARK = re.compile(rf"<!-- snippet: (?P<path>\S+) -->\n(?:```.*?\n{END}\n)?", re.DOTALL)


def filled(text: str) -> str:
    """Return *text* with the file that each marker names below it."""
    return _MARK.sub(_shown, text)


def _shown(mark: re.Match[str]) -> str:
    path = mark["path"]
    source = (ROOT / path).read_text("utf-8").rstrip()
    return f"<!-- snippet: {path} -->\n```python\n{source}\n```\n{END}\n"
