"""Free words to the fields of an operation, by what its fields are.

`key=value` goes where its name says, a mention into a field for a person, the first words into what
is required and not text, and all the rest, as it stands, into the field of text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.fields import FieldSpec, Kind
from bot.domain.incident import one_line
from bot.domain.operation import Operation
from bot.pipeline.answers import Value
from bot.pipeline.kinds import read
from bot.pipeline.scanning import QUOTES, Word, scan
from bot.pipeline.times import Unclear

WHICH = "incident"
"""The field of an operation that says which incident is meant."""

_TEXTS = frozenset({Kind.TEXT, Kind.LONG_TEXT})
_MENTION = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>[,:;]?")
# A word in capitals is no person: an id of Slack has a digit in it.
_ID = re.compile(r"(?=.*[0-9])[UW][A-Z0-9]{8,20}")
_SHORT = re.compile(r"(?:inc|drill)-\d{1,9}", re.IGNORECASE)
_GRADE = re.compile(r"(?:p|s|sev|severity|prio|priority)?(\d)")
_KEY = re.compile(r"([A-Za-z][\w-]*)=(.*)", re.DOTALL)
_PREFIX = 3
"""Letters that tell a field: `sev=` is `severity=`."""


@dataclass(frozen=True)
class Placed:
    """The fields that were given; *left* are words that have no place."""

    values: Mapping[str, Value]
    left: str = ""


def place(text: str, operation: Operation, preset: Mapping[str, str]) -> Placed:
    """Place the words of *text* in the fields of *operation* that are not *preset*; never raise."""
    line = _Line(text, operation, dict(preset))
    line.take_named(list(_words(text)))
    line.take_which()
    line.take_leading()
    line.take_which()
    line.take_flags()
    line.take_text()
    line.take_in_order()
    return Placed(line.values, line.joined(line.free))


def choice_of(spec: FieldSpec, text: str) -> str | None:
    """Return the choice of *spec* that *text* means: `2`, `sev2`, `SEV-2` and `P2` are `SEV2`."""
    wanted = _norm(text)
    for one in spec.choices:
        if wanted and wanted in {_norm(one.value), _norm(one.label)}:
            return one.value
    grade = _GRADE.fullmatch(wanted)
    graded = (o.value for o in spec.choices if grade and _norm(o.value) == f"sev{grade[1]}")
    return next(graded, None)


def lacks_incident(operation: Operation, values: Mapping[str, Value]) -> bool:
    """Say whether *operation* is about an incident that *values* do not name."""
    return any(f.name == WHICH for f in operation.fields) and not values.get(WHICH)


@dataclass
class _Line:
    """A line while it is read; *free* are the words that have no place yet."""

    text: str
    operation: Operation
    values: dict[str, Value]
    free: list[tuple[int, Word]] = field(default_factory=list)

    def take_named(self, words: list[Word]) -> None:
        """Take what is given by name, and people by their mention; all others are free."""
        for at, word in enumerate(words):
            if not (self._named(word) if word.key else self._mentioned(word)):
                self.free.append((at, word))

    def take_which(self) -> None:
        """Take `INC-12` at the beginning, unless it is all that is said."""
        if not self.free or not self._open(WHICH) or not _SHORT.fullmatch(self.free[0][1].text):
            return
        needed = any(f.required and f.kind in _TEXTS for f in self._left())
        if len(self.free) > 1 or not needed:
            self.values[WHICH] = self.free.pop(0)[1].text.upper()

    def take_leading(self) -> None:
        """Take the first words as what is required and no text, where they can be read so."""
        for spec in self._left():
            if not spec.required or spec.kind in _TEXTS or not self.free:
                continue
            fits = _fits(spec, self.free[0][1])
            if fits is not None:
                self.values[spec.name] = fits
                self.free.pop(0)

    def take_flags(self) -> None:
        """Take the name of a yes-or-no that stands at the very end."""
        yes_or_no = {f.name for f in self._left() if f.kind is Kind.BOOLEAN}
        while len(self.free) > 1 and self.free[-1][1].text in yes_or_no:
            name = self.free.pop()[1].text
            yes_or_no.discard(name)
            self.values[name] = "yes"

    def take_text(self) -> None:
        """Take all that is left as the text of it; where several are required, a word for each."""
        texts = [f for f in self._left() if f.kind in _TEXTS and f.name != WHICH]
        wanted = [f for f in texts if f.required] or texts[:1]
        for spec in wanted[:-1]:
            if self.free and self.free[0][1].key is None:
                self.values[spec.name] = self.free.pop(0)[1].text
        if self.free and wanted:
            self._put_rest(next(f for f in wanted if f.name not in self.values))

    def take_in_order(self) -> None:
        """Where there is no text, take each word into the first field that it fits."""
        for spec in self._left():
            if not self.free:
                return
            if spec.kind in _TEXTS:
                self._put_rest(spec)
            elif (fits := _fits(spec, self.free[0][1])) is not None:
                self.values[spec.name] = fits
                self.free.pop(0)

    def joined(self, free: list[tuple[int, Word]]) -> str:
        """Return *free* as typed; what is quoted as a whole loses its quotes."""
        if len(free) == 1 and free[0][1].key is None:
            return free[0][1].text
        runs: list[list[tuple[int, Word]]] = []
        for one in free:
            if runs and runs[-1][-1][0] + 1 == one[0]:
                runs[-1].append(one)
            else:
                runs.append([one])
        return " ".join(self.text[run[0][1].start : run[-1][1].end] for run in runs)

    def _put_rest(self, spec: FieldSpec) -> None:
        said = self.joined(self.free)
        self.values[spec.name] = one_line(said) if spec.kind is Kind.TEXT else said
        self.free.clear()

    def _named(self, word: Word) -> bool:
        spec = self._called(word.key or "")
        if spec is None or (word.flag and spec.kind is not Kind.BOOLEAN):
            return False
        said = "yes" if word.flag else word.text
        if not said.strip():
            return False
        if spec.kind is Kind.CHOICE:
            said = choice_of(spec, said) or said
        if spec.kind is Kind.USER:
            said = _person(said) or said
        self.values[spec.name] = said
        return True

    def _mentioned(self, word: Word) -> bool:
        who = _MENTION.fullmatch(word.text)
        spec = next((f for f in self._left() if f.kind is Kind.USER), None)
        if who is None or spec is None:
            return False
        self.values[spec.name] = who[1]
        return True

    def _called(self, key: str) -> FieldSpec | None:
        """Return the field that *key* names, by itself or by how its name begins."""
        left = [f for f in self.operation.fields if f.name not in self.values and not f.secret]
        exact = next((f for f in left if f.name == key), None)
        begun = [f for f in left if not f.hidden and len(key) >= _PREFIX and f.name.startswith(key)]
        return exact or (begun[0] if len(begun) == 1 else None)

    def _left(self) -> list[FieldSpec]:
        fields = self.operation.fields
        return [f for f in fields if f.name not in self.values and not f.hidden and not f.secret]

    def _open(self, name: str) -> bool:
        return any(f.name == name for f in self._left())


def _fits(spec: FieldSpec, word: Word) -> str | None:
    """Return *word* as *spec* takes it, or None where it cannot be one."""
    if word.key is not None or not word.text:
        return None
    if spec.kind is Kind.CHOICE:
        return choice_of(spec, word.text)
    if spec.kind is Kind.USER:
        return _person(word.text)
    said = word.text.removeprefix("#") if spec.kind is Kind.INTEGER else word.text
    try:
        read(spec, said, "UTC", {o.value: o for o in spec.choices})
    except Unclear:
        return None
    return said


def _person(text: str) -> str | None:
    if mention := _MENTION.fullmatch(text):
        return mention[1]
    return text if _ID.fullmatch(text) else None


def _norm(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def _words(text: str) -> Iterator[Word]:
    """Cut *text*; from a quote on that is never closed, at white space alone."""
    for word in scan(text):
        if word.closed:
            yield word
            continue
        for found in re.finditer(r"\S+", text[word.start :]):
            yield _plain_word(found[0], word.start + found.start())
        return


def _plain_word(typed: str, start: int) -> Word:
    named = _KEY.fullmatch(typed)
    key = named[1].casefold().replace("-", "_") if named else None
    said = (named[2] if named else typed).strip("".join(QUOTES))
    return Word(start, start + len(typed), said, key)
