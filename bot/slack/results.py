"""A result in a message, and as a file where a message cannot hold it."""

from bot.domain.ids import short
from bot.domain.notice import RunCard
from bot.domain.result import File, Item, Result
from bot.slack import limits
from bot.slack.blocks import Block, context, mrkdwn, section
from bot.slack.mrkdwn import Mrkdwn, bold, join, sentence, text
from bot.slack.prompts import actions
from bot.slack.tables import as_csv, fits, table

# Items and fields share the second.
_TEXT, _FIELDS = 2500, 2000
_NAME, _VALUE = 100, 300
_TITLE, _ITEM, _MANY = 200, 700, 10
# One character is written with at most ten, as `\U000e0041` shows an invisible one.
_LONGEST = 10


def drawn(card: RunCard, *, attached: bool) -> list[Block]:
    """Draw all of *card*'s result that a message takes; see `rest` for *attached*."""
    if card.result is None:
        return []
    return [
        *said(card.result),
        *each(card.result),
        *more(card.result),
        *rest(card, attached=attached),
    ]


def said(result: Result) -> list[Block]:
    """Draw the sentences of *result*."""
    return [section(sentence(result.text, _TEXT))] if result.text.strip() else []


def each(result: Result) -> list[Block]:
    """Draw the items of *result* as long as there is room, each with its buttons below it."""
    return [
        block
        for words, item in _items(result)
        for block in (section(words), *([actions(item.presses)] if item.presses else []))
    ]


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
    items = "\n".join(f"{item.title}\n{item.text}\n" for item in result.items)
    parts = (result.text, items, fields, as_csv(result.table))
    whole = "\n\n".join(part for part in parts if part)
    return File(name=f"{name}.txt", content=whole.encode("utf-8", "replace"))


def _too_long(result: Result) -> bool:
    return _wordy(result) or not fits(result.table)


def _wordy(result: Result) -> bool:
    """Say whether sentences, items or fields of *result* are more than a message takes."""
    whole = sentence(result.text, _LONGEST * len(result.text) + 2)
    clipped = any(len(k) > _NAME or len(v) > _VALUE for k, v in result.fields.items())
    cut = any(len(i.title) > _TITLE or len(i.text) > _ITEM for i in result.items)
    fewer = len(_fields(result)) < len(result.fields) or len(_items(result)) < len(result.items)
    return len(whole) > _TEXT or clipped or cut or fewer


def _items(result: Result) -> list[tuple[Mrkdwn, Item]]:
    """Return the items as long as there is room, with the words of each."""
    shown: list[tuple[Mrkdwn, Item]] = []
    room = _FIELDS
    for item in result.items[:_MANY]:
        title = bold(sentence(item.title, _TITLE))
        words = join([title, sentence(item.text, _ITEM)], "\n")
        room -= len(words)
        if room < 0:
            break
        shown.append((words, item))
    return shown


def _fields(result: Result) -> list[Mrkdwn]:
    """Return the fields as long as the items leave room."""
    shown: list[Mrkdwn] = []
    room = _FIELDS - sum(len(words) for words, _ in _items(result))
    for name, value in result.fields.items():
        one = join([bold(text(name, _NAME)), text(value, _VALUE)], "\n")
        room -= len(one)
        if room < 0:
            break
        shown.append(one)
    return shown
