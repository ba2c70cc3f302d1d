"""`redbutton token`: a personal token for the web form, for when Slack is down."""

import asyncio

import click

from bot.cli.codes import Exit
from bot.cli.printing import local, tell_json, tell_problem, tell_table
from bot.cli.running import AS_JSON, Joined

DAYS = 30


@click.command()
@click.option("--days", type=int, default=DAYS, show_default=True, help="For how long it is good.")
@click.option("--list", "listing", is_flag=True, help="List the tokens that count, instead.")
@click.option("--revoke", metavar="ID", help="Let that token count no more, instead.")
@AS_JSON
@click.pass_obj
def token(joined: Joined, *, days: int, listing: bool, revoke: str | None, as_json: bool) -> None:
    """Make a personal token, by which an incident is declared at /declare while Slack is down.

    It is shown once; keep it where you find it without Slack. It is good for nothing else.
    """
    from bot.cli.client import rows  # noqa: PLC0415  It is heavy, and `--help` is not.
    from bot.cli.wire import TokenList, TokenMake, TokenRevoke  # noqa: PLC0415  The same.

    looks = TokenList() if listing else TokenMake(days=days)
    asked = looks if revoke is None else TokenRevoke(token=revoke)
    found = asyncio.run(rows(joined().folder(), asked))
    if as_json:
        tell_json(found)
    elif revoke is not None:
        click.echo(f"The token {revoke} counts no more.")
    elif listing and found:
        listed = [(r["id"], r["name"], r["os_user"], local(str(r["expires"]))) for r in found]
        tell_table([("ID", "WHOSE", "MADE FOR", "GOOD UNTIL"), *listed])
    elif listing:
        click.echo("There is no token; `redbutton token` makes one.")
    elif found:
        click.echo(found[0]["token"])
        until = f"It is good until {local(str(found[0]['expires']))}, and not shown again."
        click.echo(f"{until} `redbutton token --revoke {found[0]['id']}` ends it.", err=True)
    else:
        tell_problem("The bot made no token.", "Ask again.")
        raise SystemExit(Exit.FAILED)
