"""What a rule says of approvals and of broken glass that can never come, or comes too easily."""

from collections.abc import Collection, Iterator, Sequence

from cedarpy.pst import GetAttr, HasAttr, Unless, Var

from bot.domain.catalogue import Catalogue
from policies.bounds import comparisons
from policies.lanes import APPROVALS, CAP, action_of, lanes_in, lanes_wanted
from policies.lint import nearest, problem
from policies.reading import Problem, Rule
from policies.schema import groups_of
from policies.tree import walk

_CONTEXT = Var(name="context")
_GLASS = GetAttr(base=_CONTEXT, attr="break_glass")


def nobody_approves(lane: str, lanes: Collection[str]) -> str:
    """Say that nobody may approve in *lane*, and which of *lanes* may have been meant."""
    cure = f'Permit it to somebody: `action == Action::"{action_of(lane)}"`.'
    near = nearest(lane, lanes) if lanes else ""
    return " ".join(filter(None, (f"Nobody may approve in the lane {lane!r}.", near, cure)))


def lint_approvals(rules: Sequence[Rule], catalogue: Catalogue) -> Iterator[Problem]:
    """Find what is wrong in *rules* with approvals and broken glass."""
    lanes = lanes_in(rules)
    for rule in rules:
        yield from (problem(rule, said) for said in _counts(rule))
        for lane in sorted(lanes_wanted(rule.policy).difference(lanes)):
            yield problem(rule, nobody_approves(lane, lanes))
    yield from _uncounted(rules, lanes)
    yield from _loose_glass(rules, catalogue)


def _counts(rule: Rule) -> Iterator[str]:
    """Find counts that are the same whether nobody agrees or as many as are ever asked."""
    for found in comparisons(rule.policy.clauses):
        if isinstance(found.what, GetAttr) and found.what.base == APPROVALS:
            answers = {found.holds(count) for count in range(CAP + 1)}
            if len(answers) == 1:
                always = "always" if answers.pop() else "never"
                yield (
                    f"`{found.words}` is {always} true, because a lane is asked for at most "
                    f"{CAP} approvals. Count from 1 to {CAP}: `{_one(found.what)} >= 1`."
                )


def _one(what: GetAttr) -> str:
    return f"context.approvals.{what.attr}"


def _uncounted(rules: Sequence[Rule], lanes: Sequence[str]) -> Iterator[Problem]:
    wanted = frozenset[str]().union(*(lanes_wanted(rule.policy) for rule in rules))
    for lane in lanes:
        if lane not in wanted:
            rule = next(r for r in rules if r.permits and lane in lanes_in([r]))
            cure = f"Ask for them where they are needed: `context.approvals.{lane} >= 1`."
            said = f"No rule counts the approvals of the lane {lane!r}. {cure}"
            yield problem(rule, said, warning=True)


def _loose_glass(rules: Sequence[Rule], catalogue: Catalogue) -> Iterator[Problem]:
    """Find what broken glass loosens without an incident: whoever says they broke it may."""
    terms = [rule for rule in rules if _is_terms(rule)]
    bare = [r for r in rules if _speaks_of_glass(r) and not _asks_incident(r) and r not in terms]
    for rule in bare:
        covered = [groups_of(o) for o in catalogue if rule.covers(groups_of(o))]
        if not all(any(t.covers(names) for t in terms) for names in covered):
            cure = "Add `&& context has incident`, or forbid broken glass without one."
            said = f"Breaking the glass is enough here, with no incident open. {cure}"
            yield problem(rule, said, warning=True)


def _is_terms(rule: Rule) -> bool:
    """Say whether *rule* forbids broken glass unless there is an incident."""
    kept = [c for c in rule.policy.clauses if not isinstance(c, Unless)]
    forbids = not rule.permits and any(node == _GLASS for c in kept for node in walk(c))
    return forbids and _asks_incident(rule)


def _speaks_of_glass(rule: Rule) -> bool:
    return any(node == _GLASS for node in walk(rule.policy.clauses))


def _asks_incident(rule: Rule) -> bool:
    return any(
        isinstance(node, HasAttr) and node.base == _CONTEXT and "incident" in node.attrs
        for node in walk(rule.policy.clauses)
    )
