"""What the Slack surface itself has to say, in one place."""

from bot.domain.notice import Note
from bot.domain.operation import Operation
from bot.pipeline.answers import Ask, Refusal, Taken

WHO_IS_THIS = Note(
    message="Slack did not say who asks, so nothing was done.",
    fix="Type the command once more.",
)
UNCONFIRMED = Note(
    message="I could not confirm that this was taken.",
    fix="If no message about it follows within a minute it did not run; then ask once more.",
)
UNOPENED = Note(
    message="Slack could not open what you pressed for.",
    fix="Press once more, or type `/ops` in a channel.",
)
SAID_ALREADY = "This was sent before and not taken. Change something, or close and ask anew."
CONFIRM = "Type exactly the name of what is acted on."
CHOOSE = "Choose an operation."
CHOOSE_INCIDENT = "Choose an incident; `/incident list` shows those that are open."


def note_of(refusal: Refusal) -> Note:
    """Return *refusal* as a note, with its button where it has one."""
    return Note(message=refusal.message, fix=refusal.fix, again=refusal.again, glass=refusal.glass)


def on_it(taken: Taken) -> str:
    """Return the line that says that *taken* goes on, or what it waits for."""
    where = "by direct message" if taken.aside else "here"
    if taken.waits:
        return f"`{taken.operation}`: {taken.waits} I will tell you {where}."
    return f"On it: `{taken.operation}`. I will tell you {where}."


def told_later(taken: Taken) -> Note:
    """Return the note that takes the place of a modal in which *taken* was asked for."""
    if taken.waits:
        return Note(message=f"`{taken.operation}`: {taken.waits}")
    where = "What comes of it is told by direct message, or in the channel."
    return Note(message=f"On it: `{taken.operation}`.", fix=where)


def by_hand(ask: Ask, operation: Operation | None, command: str) -> Note:
    """Say what *ask* lacks and how to type it whole, where Slack could not open the form.

    What is known already stands in the words, except what must not be shown.
    """
    lacking = " ".join(f"`{e.field}`: {e.message}" for e in ask.errors)
    wrong = {e.field for e in ask.errors}
    words = [command, ask.operation]
    for field in operation.fields if operation else ():
        known = ask.values.get(field.name)
        if known is not None and field.name not in wrong and not field.secret:
            several = (known,) if isinstance(known, str) else known
            words += [f"{field.name}={_quoted(word)}" for word in several]
        elif field.name in wrong or field.required:
            words.append(f"{field.name}=…")
    return Note(
        message=f"Slack could not open the form of `{ask.operation}`. {lacking}".strip(),
        fix=f"Type it whole: `{' '.join(words)}`",
    )


def _quoted(word: str) -> str:
    """Return *word* as it is typed; what a quote cannot hold is left to the person."""
    plain = "".join("'" if c in '"`' else c for c in word)
    return f'"{plain}"' if not plain or any(c.isspace() or c == "'" for c in plain) else plain
