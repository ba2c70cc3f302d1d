"""Lanes of approval, as the rules name them: whoever may approve in a lane makes it one."""

import re
from collections.abc import Iterable

from cedarpy.pst import GetAttr, Template, Var

from policies.reading import Rule, actions_of
from policies.tree import walk

APPROVE = "approve"
"""The group of actions that approve; the action of a lane is `approve.` and its name."""

CAP = 3
"""How many approvals a lane is asked for at most."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LANE = re.compile(rf"{APPROVE}\.({_NAME.pattern})")
APPROVALS = GetAttr(base=Var(name="context"), attr="approvals")
"""Where the approvals of each lane are counted."""


def action_of(lane: str) -> str:
    """Return the name of the action of approving in *lane*."""
    return f"{APPROVE}.{lane}"


def lanes_in(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the lanes in which some of *rules* let somebody approve."""
    actions = (actions_of(rule.policy) or frozenset() for rule in rules if rule.permits)
    found = (_LANE.fullmatch(name) for names in actions for name in names)
    return tuple(sorted({lane[1] for lane in found if lane}))


def lanes_wanted(policy: Template) -> frozenset[str]:
    """Return the lanes whose approvals *policy* counts."""
    return frozenset(
        node.attr
        for node in walk(policy.clauses)
        if isinstance(node, GetAttr) and node.base == APPROVALS
    )


def is_lane(name: str) -> bool:
    """Say whether a lane can have this *name*."""
    return _NAME.fullmatch(name) is not None
