"""What is typed after an operation's name: to fields, and back.

Words fill the fields in their declared order, save those given by name (`key=value`,
`--key value`, `--key=value`; `--key` alone says yes to a yes-or-no). When only the last field is
left and it holds text, it takes everything up to the next field given by name, as it stands. One
that is declared to take the rest takes even what looks like a name. Quotes of every sort keep words
together, and long dashes count as two short ones, because phones write both. Nothing is guessed:
what has no place is an error that names its cure.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.domain.errors import FieldError
from bot.domain.fields import FieldSpec, Kind
from bot.domain.operation import Operation
from bot.domain.params import Params
from bot.pipeline.answers import Value
from bot.pipeline.kinds import HIDDEN, NO, YES, quote, several, words_of
from bot.pipeline.scanning import QUOTES, Word, scan

FREE = frozenset({Kind.TEXT, Kind.LONG_TEXT})
# A digit is more often a word of its own than an answer to the flag before it.
_SAID_AFTER_FLAG = (YES | NO) - {"1", "0"}


@dataclass(frozen=True)
class Said:
    """The fields that were given, in words, and what could not be placed.

    An error about the line rather than one field has no field's name.
    """

    values: dict[str, Value]
    errors: tuple[FieldError, ...]


def split(text: str, operation: Operation) -> Said:
    """Place the words of *text* in the fields of *operation*."""
    line = _Line(text, operation)
    runs = list(line.take_named(line.take_rest(list(scan(text)))))
    line.take_in_order(runs)
    return Said(line.values, tuple(line.errors.values()))


@dataclass
class _Line:
    """A line while it is read."""

    text: str
    operation: Operation
    values: dict[str, Value] = field(default_factory=dict)
    errors: dict[str, FieldError] = field(default_factory=dict)

    def take_rest(self, words: list[Word]) -> list[Word]:
        """Take what stands after the fields before one that takes the rest; return the words left.

        Given by name that field is read like any other.
        """
        at = 0
        for spec in self.operation.fields:
            if spec.rest and all(word.key != spec.name for word in words[: at + 1]):
                if words[at:]:
                    self.values[spec.name] = self.text[words[at].start : words[-1].end]
                return words[:at]
            at += 2 if at < len(words) and words[at].flag else 1
        return words

    def take_named(self, words: list[Word]) -> Iterator[list[Word]]:
        """Take every field given by name; yield the runs of words that stand between them."""
        specs, run, at = {f.name: f for f in self.operation.fields}, list[Word](), 0
        while at < len(words):
            word, at = words[at], at + 1
            spec = specs.get(word.key or "")
            if spec is None:
                run.append(word)
                continue
            yield run
            run = []
            after = words[at] if at < len(words) else None
            if not word.flag:
                self._put(spec, word)
            elif self._answers(spec, after, specs) and after is not None:
                self._put(spec, self._rest([after]))
                at += 1
            else:
                self._say_yes(spec)
        yield run

    def _answers(self, spec: FieldSpec, after: Word | None, specs: dict[str, FieldSpec]) -> bool:
        """Say whether the word *after* a `--key` is its value."""
        if after is None or after.key in specs:
            return False
        return spec.kind is not Kind.BOOLEAN or after.text.casefold() in _SAID_AFTER_FLAG

    def _say_yes(self, spec: FieldSpec) -> None:
        if spec.kind is Kind.BOOLEAN:
            self._keep(spec, "yes")
        else:
            self._wrong(spec.name, f"--{spec.name} has no value; write {spec.name}=… instead.")

    def take_in_order(self, runs: list[list[Word]]) -> None:
        """Put the words of *runs* into the fields not given by name, in declared order."""
        left = [f for f in self.operation.fields if f.name not in self.values]
        surplus: list[Word] = []
        for run in runs:
            for at, word in enumerate(run):
                if word.key is not None:
                    self._unknown(word)
                elif not left:
                    surplus.append(word)
                elif len(left) == 1 and left[0].kind in FREE:
                    self._put(left.pop(), self._rest(run[at:]))
                    break
                else:
                    self._put(left.pop(0), word)
        if surplus:
            self._too_many(surplus)

    def _rest(self, words: list[Word]) -> Word:
        """Return *words* as one, as they were typed; what is quoted as a whole loses its quotes."""
        first, last = words[0], words[-1]
        if first is last and first.key is None:
            return first
        return Word(first.start, last.end, self.text[first.start : last.end])

    def _put(self, spec: FieldSpec, word: Word) -> None:
        if not word.closed:
            begun = "" if spec.secret else f" before {quote(word.text)}"
            self._wrong(spec.name, f"The quote{begun} is never closed; add one at its end.")
        self._keep(spec, word.text)

    def _keep(self, spec: FieldSpec, text: str) -> None:
        if spec.kind is Kind.CHOICES:
            before = self.values.get(spec.name, ())
            self.values[spec.name] = (*before, *several(spec, text))
        elif spec.name in self.values:
            self._wrong(spec.name, f"{spec.label} is given twice; give it once.")
        else:
            self.values[spec.name] = text

    def _wrong(self, name: str, message: str) -> None:
        """Tell the first error of each field: the others mostly follow from it."""
        self.errors.setdefault(name, FieldError(name, message))

    def _unknown(self, word: Word) -> None:
        names = [f.name for f in self.operation.fields]
        near = difflib.get_close_matches(word.key or "", names, n=3, cutoff=0.5) or names
        name = "a name that was typed" if self._hush() else quote(word.key or "")
        self._wrong(
            "",
            f"{self.operation.name} has no field for {name}; it takes {_listed(near)}, and a "
            "value that holds = or -- stands in quotes.",
        )

    def _too_many(self, surplus: list[Word]) -> None:
        words = "the last words" if self._hush() else quote(" ".join(w.text for w in surplus))
        names = _listed([f.name for f in self.operation.fields])
        self._wrong(
            "",
            f"{self.operation.name} has no place for {words}; it takes {names}, and a value of "
            "several words stands in quotes.",
        )

    def _hush(self) -> bool:
        """Say whether a word without a place may be part of a secret, and so is not repeated."""
        return any(f.secret for f in self.operation.fields)


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "nothing"


def render(
    params: Params, operation: Operation, *, hide: bool = False, only: tuple[str, ...] = ()
) -> str:
    """Return the words that give *params* again; with *hide*, `***` for what is secret.

    With *only*, just the fields of these names are rendered.
    """
    return " ".join(
        part
        for spec in operation.fields
        if (spec.required or getattr(params, spec.name) != spec.default)
        and (not only or spec.name in only)
        for part in _given(spec, getattr(params, spec.name), hide=hide)
    )


def _given(spec: FieldSpec, value: object, *, hide: bool) -> list[str]:
    words = HIDDEN if hide and spec.secret else words_of(spec, value)
    several_words = words or ("",) if isinstance(words, tuple) else (words,)
    return [f"{spec.name}={_quoted(word)}" for word in several_words]


def _quoted(word: str) -> str:
    if word and not any(c.isspace() or c == "\\" or c in QUOTES for c in word):
        return word
    inside = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'
