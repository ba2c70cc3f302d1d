"""Show what the asker may run, and how."""

from collections.abc import Iterator

from bot.authoring import (
    Catalogue,
    Context,
    Operation,
    Params,
    Refused,
    Result,
    Risk,
    Rules,
    operation,
)


class Help(Params):
    operation: str = ""
    """An operation's name, like `users.suspend`. Left out, all that you may run is listed."""


@operation("meta.help", risk=Risk.READ)
async def show_help(params: Help, ctx: Context, *, catalogue: Catalogue, rules: Rules) -> Result:
    """List what you may run, or explain one operation."""
    if not params.operation:
        return _all(ctx, catalogue, rules)
    wanted = catalogue.get(params.operation)
    if wanted is None:
        near = " or ".join(f"`{n}`" for n in catalogue.nearest(params.operation))
        raise Refused(
            f"There is no operation {params.operation[:80]!r}.",
            fix=f"Did you mean {near}?" if near else "`/ops meta.help` lists what there is.",
        )
    return _one(wanted, ctx, rules)


def _all(ctx: Context, catalogue: Catalogue, rules: Rules) -> Result:
    mine = [o for o in catalogue if rules.could(ctx.actor, o, ctx.surface).allowed]
    rows = [(o.name, o.summary, o.risk.value) for o in mine]
    return Result(
        f"You may run {len(rows)} of {len(catalogue)} operations. "
        "`/ops meta.help operation=NAME` explains one, `/ops NAME` opens its form.",
        table=(("operation", "what it does", "risk"), *rows),
    )


def _one(operation: Operation, ctx: Context, rules: Rules) -> Result:
    could = rules.could(ctx.actor, operation, ctx.surface)
    mine = "You may run it." if could.allowed else "You may not run it."
    fields = {
        "Type": " ".join([f"/ops {operation.name}", *_example(operation)]),
        "Risk": operation.risk.value,
        "Who may": " ".join(could.reasons) or mine,
    }
    rows = [(f.name, f.kind.value, "yes" if f.required else "no", f.help) for f in operation.fields]
    table = (("field", "kind", "required", "what it is"), *rows) if rows else ()
    about = " ".join(p for p in (operation.summary, operation.description, mine) if p)
    return Result(about, fields=fields, table=table)


def _example(operation: Operation) -> Iterator[str]:
    """Give each required field as one types it, with a stand-in for its value."""
    for spec in operation.fields:
        if spec.required:
            choice = spec.choices[0].value if spec.choices else f"<{spec.label.lower()}>"
            yield f"{spec.name}={choice if ' ' not in choice else repr(choice)}"
