"""Buttons that start what would help: only such as whoever asked might be allowed to press."""

import json
import shlex

from bot.authoring import Catalogue, Context, Press, Rules

_LONGEST = 1900
"""Characters of a button's params. docs.slack.dev: the value of a button holds 2000."""

_HIDDEN = "***"
"""Stands in words for what is secret."""


class Remedies:
    """Offers buttons to who asked. Whoever presses one is judged by the rules all the same.

    Of what a schedule tells, everybody in its channel is offered what there is.
    """

    def __init__(self, ctx: Context, catalogue: Catalogue, rules: Rules) -> None:
        self._ctx = ctx
        self._catalogue = catalogue
        self._rules = rules

    def offer(self, *presses: Press | None) -> tuple[Press, ...]:
        """Return those of *presses* whose operation there is, and who asked could run."""
        return tuple(press for press in presses if press is not None and self._fits(press))

    def _fits(self, press: Press) -> bool:
        found = self._catalogue.get(press.operation)
        if found is None:
            return False
        if self._ctx.surface == "schedule":
            return True
        return self._rules.could(self._ctx.actor, found, self._ctx.surface).allowed


def press_of(words: str, label: str) -> Press | None:
    """Return the button that opens the form of *words*, as one types them, filled in.

    None where they do not fit into a button, or leave out what is secret.
    """
    try:
        name, *rest = shlex.split(words.removeprefix("/ops "))
    except ValueError:
        return None
    pairs = [word.partition("=") for word in rest]
    params = {key: value for key, equals, value in pairs if equals and key.isidentifier()}
    long = len(json.dumps(params, ensure_ascii=False)) > _LONGEST
    if len(params) < len(pairs) or long or _HIDDEN in params.values():
        return None
    return Press(label=label, operation=name, params=params, fill=True)
