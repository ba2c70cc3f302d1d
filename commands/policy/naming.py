"""What every explanation has: the operation that is meant, and names that are not too many."""

from collections.abc import Sequence

from bot.authoring import Catalogue, Operation, Refused


def named(catalogue: Catalogue, name: str) -> Operation:
    """Return the operation called *name*; raise Refused with the nearest names."""
    found = catalogue.get(name)
    if found is None:
        near = " or ".join(f"`{n}`" for n in catalogue.nearest(name))
        raise Refused(
            f"There is no operation {name[:80]!r}.",
            fix=f"Did you mean {near}?" if near else "`/ops policy.mine` lists what there is.",
        )
    return found


def listed(names: Sequence[str], most: int) -> str:
    """Join at most *most* of *names*, and count the others."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
