"""How often something was run of late: which rules ask for it."""

from cedarpy.pst import GetAttr, Template, Var

from policies.tree import walk

_COUNTS = frozenset(GetAttr(base=Var(name="context"), attr=f) for f in ("recent", "recent_target"))


def counts(policy: Template) -> bool:
    """Say whether *policy* asks for `context.recent` or `context.recent_target`."""
    return any(isinstance(n, GetAttr) and n in _COUNTS for n in walk(policy.clauses))
