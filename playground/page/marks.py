"""Pairs the signs that make text bold, italic or struck, in one pass and properly nested."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup


class Mark(NamedTuple):
    """A sign that may open or close; *before* and *after* are its neighbours in the line."""

    sign: str
    before: str
    after: str
    inside_words: bool = False
    """Whether it counts in the middle of a word, too: `*` in Markdown does, `_` nowhere."""

    @property
    def opens(self) -> bool:
        """Whether words may begin to be marked here."""
        return self._joins(self.after) and self._stands_free(self.before)

    @property
    def closes(self) -> bool:
        """Whether marked words may end here."""
        return self._joins(self.before) and self._stands_free(self.after)

    def _joins(self, neighbour: str) -> bool:
        return neighbour.strip() != "" and neighbour != self.sign[0]

    def _stands_free(self, neighbour: str) -> bool:
        same = neighbour == self.sign[0]
        return not same and (self.inside_words or not neighbour.isalnum())


Piece = str | Mark
"""What a line is made of. A `str` that is no `Markup` is escaped when the line is joined."""

Tags = Mapping[str, tuple[Markup, Markup]]
"""By sign: what opens and what closes."""


def mark_at(line: str, start: int, end: int, *, inside_words: bool = False) -> Mark:
    """Return the sign at *start* to *end* of *line* with its neighbours."""
    before, after = line[max(start - 1, 0) : start], line[end : end + 1]
    return Mark(line[start:end], before, after, inside_words)


def joined(pieces: Iterable[Piece], tags: Tags) -> Markup:
    """Return *pieces* as HTML; a sign without its fellow stays as it was typed."""
    out: list[str] = []
    waiting: list[tuple[str, int]] = []
    for piece in pieces:
        if isinstance(piece, str):
            out += [piece] if piece else []
            continue
        signs = [sign for sign, _ in waiting]
        if piece.sign in signs and piece.closes:
            depth = signs.index(piece.sign)
            out[waiting[depth][1]], end = tags[piece.sign]
            out.append(end)
            del waiting[depth:]
        else:
            if piece.sign not in signs and piece.opens:
                waiting.append((piece.sign, len(out)))
            out.append(piece.sign)
    return Markup().join(out)
