"""The image as its Dockerfile describes it, read so that tests can hold it to what it says."""

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Stage:
    """What one `FROM` begins: its instructions in order, each a word and its text."""

    instructions: tuple[tuple[str, str], ...]

    def all(self, word: str) -> list[str]:
        """Return the texts of the instructions that begin with *word*."""
        return [text for told, text in self.instructions if told == word]

    def one(self, word: str) -> str:
        """Return the text of the only instruction that begins with *word*."""
        [text] = self.all(word)
        return text

    @property
    def environ(self) -> dict[str, str]:
        """Return the variables that a process in it begins with."""
        told = [pair.partition("=") for text in self.all("ENV") for pair in shlex.split(text)]
        return {name: value for name, _, value in told}

    @property
    def words(self) -> list[str]:
        """Return what a container runs when nothing else is said."""
        return [*json.loads(self.one("ENTRYPOINT")), *json.loads(self.one("CMD"))]

    @property
    def health(self) -> list[str]:
        """Return the command that tells its health."""
        words: list[str] = json.loads(self.one("HEALTHCHECK").partition(" CMD ")[2])
        return words


def stages() -> list[Stage]:
    """Return the stages of the Dockerfile; the last one is the image."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    plain = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", plain).splitlines()
    told = [(word, rest) for word, _, rest in (line.partition(" ") for line in lines) if word]
    starts = [n for n, (word, _) in enumerate(told) if word == "FROM"]
    ends = [*starts[1:], len(told)]
    return [Stage(tuple(told[start:end])) for start, end in zip(starts, ends, strict=True)]


def context() -> list[Path]:
    """Return the files and folders that a build is handed: what .dockerignore lets in."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    return [ROOT / line[1:] for line in lines if line.startswith("!")]
