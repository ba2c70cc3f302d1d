"""A result in a message, and as a file where a message cannot hold it."""

from bot.domain.ids import short
from bot.domain.notice import RunCard
from bot.domain.result import File, Result
from bot.slack import limits
from bot.slack.blocks import Block, context, mrkdwn, section
from bot.slack.mrkdwn import Mrkdwn, bold, join, sentence, text
from bot.slack.tables import as_csv, fits, table

_TEXT, _FIELDS = 2500, 2000
_NAME, _VALUE = 100, 300
# One character is written with at most ten, as `\U000e0041` shows an invisible one.
_LONGEST = 10


def drawn(card: RunCard, *, attached: bool) -> list[Block]:
    """Draw all of *card*'s result that a message takes; see `rest` for *attached*."""
    if card.result is None:
        return []
    return [*said(card.result), *more(card.result), *rest(card, attached=attached)]


def said(result: Result) -> list[Block]:
    """Draw the sentences of *result*."""
    return [section(sentence(result.text, _TEXT))] if result.text.strip() else []


def more(result: Result) -> list[Block]:
    """Draw the fields and the table of *result*."""
    words = [mrkdwn(one) for one in _fields(result)]
    ten = limits.SECTION_FIELDS
    places = range(0, len(words), ten)
    return [
        *({"type": "section", "fields": words[at : at + ten]} for at in places),
        *table(result.table),
    ]


def rest(card: RunCard, *, attached: bool) -> list[Block]:
    """Say that not all of *card*'s result is shown; *attached*: a file goes with this message."""
    if card.result is None or not _too_long(card.result):
        return []
    rows = f", {len(card.result.table) - 1} rows," if card.result.table else ""
    where = f"the whole{rows} is in the file" if attached else "it is too long for a message"
    return [context(text(f"Shown in part; {where}."))]


def overflow(card: RunCard) -> File | None:
    """Return *card*'s result as a file where a message cannot hold it, else None.

    A table alone becomes CSV, anything else text. A file that the operation itself made is
    `card.result.file`.
    """
    result = card.result
    if result is None or not _too_long(result):
        return None
    name = f"{card.operation}-{short(card.invocation)}"
    if not _wordy(result):
        # With the mark of its encoding at the start, spreadsheets read the letters rightly.
        return File(name=f"{name}.csv", content=as_csv(result.table).encode("utf-8-sig", "replace"))
    fields = "\n".join(f"{key}: {value}" for key, value in result.fields.items())
    parts = (result.text, fields, as_csv(result.table))
    whole = "\n\n".join(part for part in parts if part)
    return File(name=f"{name}.txt", content=whole.encode("utf-8", "replace"))


def _too_long(result: Result) -> bool:
    return _wordy(result) or not fits(result.table)


def _wordy(result: Result) -> bool:
    """Say whether sentences or fields of *result* are more than a message takes."""
    whole = sentence(result.text, _LONGEST * len(result.text) + 2)
    clipped = any(len(k) > _NAME or len(v) > _VALUE for k, v in result.fields.items())
    return len(whole) > _TEXT or clipped or len(_fields(result)) < len(result.fields)


def _fields(result: Result) -> list[Mrkdwn]:
    """Return the fields as long as there is room."""
    shown: list[Mrkdwn] = []
    room = _FIELDS
    for name, value in result.fields.items():
        one = join([bold(text(name, _NAME)), text(value, _VALUE)], "\n")
        room -= len(one)
        if room < 0:
            break
        shown.append(one)
    return shown
