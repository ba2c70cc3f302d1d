"""From a request to an asking; and from the road's question back to what the shell's user lacks."""

from dataclasses import dataclass

from bot.cli.quoting import line_of
from bot.cli.wire import Run, Spoken
from bot.domain.catalogue import Catalogue
from bot.domain.errors import BadRequest, FieldError
from bot.domain.fields import FieldSpec
from bot.domain.invocation import Origin
from bot.domain.operation import Operation
from bot.pipeline.answers import Ask, Asking, Form, Words
from bot.pipeline.incident_words import Bare, Helped, Titled, Unheard, Wanted, hear, told
from bot.pipeline.values import missing
from bot.pipeline.words import split

CONFIRM = "--confirm"


@dataclass(frozen=True)
class Knock:
    """A request to run something, together with where it comes from."""

    request: Run
    origin: Origin

    def asking(self, operation: Operation | None) -> Asking:
        """Make the asking; *operation*, if it is offered, is needed to confirm by name.

        A key is good for its own user only: nobody is given the answer to somebody else's asking.
        """
        run = self.request
        return Asking(
            key=f"cli:{self.origin.user}:{run.key}",
            origin=self.origin,
            operation=run.operation,
            said=_said(run, operation),
            again=run.again,
            glass=run.glass,
        )


@dataclass(frozen=True)
class Say:
    """Words after `incident`, and where they come from; *known* is what who asks may run."""

    request: Spoken
    origin: Origin
    known: Catalogue

    def meant(self) -> Asking | tuple[str, ...]:
        """Return what is asked for, or the lines that help; raise BadRequest where it is unclear.

        Where who asks could never run it, the road says why.
        """
        match hear(line_of(self.request.words), self.known):
            case Wanted(operation=name, values=values):
                key = f"cli:{self.origin.user}:{self.request.key}"
                said = Form(values, confirmed=self.request.confirm)
                return Asking(key, self.origin, name, said, again=self.request.again)
            case Bare() | Helped():
                return tuple(told(self.known, "redbutton incident"))
            case Unheard(message=message, fix=fix):
                raise BadRequest(_here(message), fix=_here(fix))
            case Titled(hint=hint):
                raise BadRequest(
                    _here(hint) or "No sub-word was typed, so nothing was done.",
                    fix='To declare it: `redbutton incident declare "…"`.',
                )


def lacking(ask: Ask, operation: Operation) -> Ask:
    """Return *ask* with an error for everything that is still to be given, and no values."""
    if ask.repeated:
        return ask
    wrong = {e.field for e in ask.errors}
    absent = set(missing(operation, ask.values))
    errors = [e for e in ask.errors if e.field not in absent]
    errors += [_required(f) for f in operation.fields if f.name in absent]
    if ask.confirm and "confirm" not in wrong and not errors:
        errors.append(FieldError(CONFIRM, _to_confirm(operation)))
    renamed = (FieldError(_shown(e.field), e.message) for e in errors)
    return ask.model_copy(update={"values": {}, "errors": tuple(renamed)})


def _here(words: str) -> str:
    return words.replace("/incident", "redbutton incident")


def _said(run: Run, operation: Operation | None) -> Words | Form:
    line = line_of(run.words)
    if run.confirm is None or operation is None:
        return Words(line)
    said = split(line, operation)
    # What could not be placed is told by the road, which reads the words once more.
    return Words(line) if said.errors else Form(said.values, confirmed=run.confirm)


def _required(spec: FieldSpec) -> FieldError:
    return FieldError(spec.name, f"Required: {spec.help or spec.label}")


def _shown(field: str) -> str:
    return CONFIRM if field == "confirm" else field


def _to_confirm(operation: Operation) -> str:
    what = f"the {operation.target} as you gave it" if operation.target else operation.name
    return f"This disrupts what runs; add `{CONFIRM}` and {what}."
