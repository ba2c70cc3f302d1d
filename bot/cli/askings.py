"""From a request to an asking; and from the road's question back to what the shell's user lacks."""

from dataclasses import dataclass

from bot.cli.quoting import line_of
from bot.cli.wire import Run
from bot.domain.errors import FieldError
from bot.domain.fields import FieldSpec
from bot.domain.invocation import Origin
from bot.domain.operation import Operation
from bot.pipeline.answers import Ask, Asking, Form, Words
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

    def lacking(self, ask: Ask, operation: Operation) -> Ask:
        """Return *ask* with an error for everything that is still to be given, and no values."""
        if ask.repeated:
            return ask
        wrong = {e.field for e in ask.errors}
        absent = set(missing(operation, ask.values))
        told = [e for e in ask.errors if e.field not in absent]
        told += [_required(f) for f in operation.fields if f.name in absent]
        if ask.confirm and "confirm" not in wrong and not told:
            told.append(FieldError(CONFIRM, _to_confirm(operation)))
        renamed = (FieldError(_shown(e.field), e.message) for e in told)
        return ask.model_copy(update={"values": {}, "errors": tuple(renamed)})


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
