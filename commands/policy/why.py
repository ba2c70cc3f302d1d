"""Say how the rules would decide, without running anything."""

from bot.authoring import (
    Catalogue,
    Context,
    Explainer,
    Explanation,
    Params,
    Rest,
    Result,
    Risk,
    Secret,
    operation,
)
from commands.policy.naming import listed, named

HELPERS = 5


class Why(Params):
    operation: str
    """An operation's name, like `users.suspend`."""

    words: Rest[Secret] | None = None
    """What you would type after it, like `user=ada@example.com reason="card testing"`."""


@operation("policy.why", risk=Risk.READ)
async def explain(
    params: Why, ctx: Context, *, catalogue: Catalogue, explainer: Explainer
) -> Result:
    """Say whether the rules would let you run an operation, and why."""
    wanted = named(catalogue, params.operation)
    words = params.words.get_secret_value() if params.words else ""
    told = await explainer.why(ctx.actor, wanted, words, ctx.surface, ctx.channel)
    rules = {f"Rule {rule.id}": rule.sentence for rule in told.rules}
    wrong = {f"Field {e.field}" if e.field else "Words": e.message for e in told.errors}
    helps = _helps(told)
    early = ", before params" if told.lacking or told.errors else ""
    answer = {"Answer": f"{told.effect} ({told.code}){early}", "Rule set": told.digest[:12]}
    facts = (("what the rules saw", "how it is"), *told.facts)
    return Result(_verdict(told, wanted.name), fields=wrong | answer | rules | helps, table=facts)


def _helps(told: Explanation) -> dict[str, str]:
    if told.needs:
        return {"Who may approve": _helpers(told)}
    if told.allowed:
        return {"May need approval by": ", ".join(told.lanes)} if told.lanes else {}
    return {"Who can help": _helpers(told), "What to do": f"{told.cure}."}


def _verdict(told: Explanation, name: str) -> str:
    if told.errors:
        return f"These words cannot be taken for {name}, so nothing could be decided yet."
    if told.needs:
        agree = " and ".join(f"{count} of {lane}" for lane, count in told.needs.items())
        return f"The rules would let you run {name} here and now once {agree} agree."
    lacking = ", ".join(f"`{field}`" for field in told.lacking)
    if told.allowed:
        if lacking:
            return (
                f"So far the rules would let you run {name}; they decide once you give {lacking}."
            )
        return f"The rules would let you run {name} here and now."
    anyhow = f", whatever you give for {lacking}" if lacking else " here and now"
    return f"The rules would not let you run {name}{anyhow}."


def _helpers(told: Explanation) -> str:
    if told.helpers is None:
        return "People are not known now: Slack does not answer."
    return listed(told.helpers, HELPERS) or "Nobody whom I know."
