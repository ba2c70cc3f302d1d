"""Say who the asker is to the bot."""

from bot.authoring import Context, Params, Result, Risk, operation


class WhoAmI(Params):
    pass


@operation("meta.whoami", risk=Risk.READ)
async def say_who_asks(params: WhoAmI, ctx: Context) -> Result:  # noqa: ARG001  Asks for nothing.
    """Show who you are to the bot: your groups and what it takes you for."""
    actor = ctx.actor
    marks = {"guest": actor.guest, "of another organisation": actor.external, "bot": actor.bot}
    fields = {
        "Id": actor.id,
        "Groups": ", ".join(sorted(actor.groups)) or "none",
        "Taken for": ", ".join(k for k, yes in marks.items() if yes) or f"a {actor.kind}",
        "Time zone": actor.zone,
    }
    if actor.on_call:
        fields["On call for"] = ", ".join(sorted(actor.on_call))
    return Result(f"You are {actor.name}.", fields=fields)
