"""Say who could run an operation."""

from bot.authoring import (
    Catalogue,
    Context,
    Explainer,
    Params,
    Rest,
    Result,
    Risk,
    RuleWords,
    Secret,
    WhoMay,
    operation,
)
from commands.policy.naming import listed, named

PEOPLE = 20


class Which(Params):
    operation: str
    """An operation's name, like `users.suspend`."""

    words: Rest[Secret] | None = None
    """What would be typed after it; left out, it is about whoever could with some words."""


@operation("policy.who_may", risk=Risk.READ)
async def tell_who_may(
    params: Which, ctx: Context, *, catalogue: Catalogue, explainer: Explainer
) -> Result:
    """List who could run an operation, and the rules that let them."""
    wanted = named(catalogue, params.operation)
    words = params.words.get_secret_value() if params.words else ""
    found = await explainer.who_may(ctx.actor, wanted, words, ctx.surface, ctx.channel)
    rules = {f"Rule {rule.id}": _rule(rule) for rule in found.rules}
    narrow = "" if words else " What they type, and where, may narrow it."
    return Result(f"{_people(found, wanted.name)}{narrow}", fields=rules)


def _people(found: WhoMay, name: str) -> str:
    if found.people is None:
        return f"Who may run {name} stands in the rules; people are not known now."
    if not found.people:
        return f"None of the {found.known} people whom I know could run {name}."
    count = f"{len(found.people)} of the {found.known} people whom I know could run {name}"
    return f"{count}: {listed(found.people, PEOPLE)}."


def _rule(rule: RuleWords) -> str:
    groups = f" Groups: {', '.join(rule.groups)}." if rule.groups else ""
    return f"{rule.sentence}{groups}"
