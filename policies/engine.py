"""The engine: asks Cedar, and denies whatever Cedar cannot answer."""

import hashlib
import json
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Self

import cedarpy
from cedarpy import is_authorized
from cedarpy.pst import EntityType, FrozenMap, PolicySet, Template, entity_uids

from bot.domain.actor import Actor
from bot.domain.catalogue import Catalogue
from bot.domain.decision import Decision, Effect, Question
from bot.domain.errors import Misconfigured
from bot.domain.explanation import RuleWords
from bot.domain.operation import Operation
from policies.check import examine
from policies.counting import counts
from policies.early import early_policies
from policies.facts import (
    Request,
    approving_request,
    early_request,
    entities_of,
    request_of,
    to_cedar,
    with_approvals,
)
from policies.lanes import APPROVE, CAP, action_of, lanes_in, lanes_wanted
from policies.reading import Rule, RuleFile
from policies.schema import early_schema_text, groups_of, read_schema, schema_text
from policies.sight import Sight

KEPT = 4096
"""How many answers of `could` are kept.

One for each operation, surface and sort of actor. Full, it starts anew.
"""

KEPT_ENTITIES = 256
"""How many actors and places are kept as Cedar reads them, each by all that is known of it."""

USERGROUP = EntityType("Usergroup")
"""The type of the groups that people are in."""

ON_CALL = EntityType("OnCall")
"""The type of the rosters that people are on call for."""

_IN_RULE = re.compile(r"error while evaluating policy `([a-z0-9-]+)`: ")
_QUOTED = re.compile(r"""[`"'].*[`"']""", re.DOTALL)
_NO_ANSWER = "What the rules cannot answer is denied."


@dataclass(frozen=True)
class _Verdict:
    """Cedar's answer: the rules it names, and what went wrong."""

    decision: cedarpy.Decision
    rules: frozenset[str] = frozenset()
    errors: tuple[str, ...] = ()


class _Asked:
    """Rules under the schema that their questions have to fit."""

    def __init__(self, policies: Iterable[Template], schema: "_Schema") -> None:
        by_id: Mapping[str, Template] = FrozenMap({p.id: p for p in policies})
        self._policies = cedarpy.PolicySet.from_pst(PolicySet(FrozenMap(), by_id, ()))
        self._schema = schema

    def ask(self, request: Request) -> _Verdict:
        """Put *request* to Cedar; what it cannot even read gives errors and no decision."""
        try:
            entities = self._schema.entities(json.dumps(entities_of(request)))
            answer = is_authorized(to_cedar(request), self._policies, entities, self._schema.read)
        except ValueError as error:
            return _Verdict(cedarpy.Decision.NoDecision, errors=(str(error),))
        told = answer.diagnostics
        return _Verdict(answer.decision, frozenset(told.reasons), tuple(sorted(told.errors)))


class _Schema:
    """A schema, and the actors and places that were read by it."""

    def __init__(self, text: str) -> None:
        self.read = read_schema(text)
        self.entities = lru_cache(maxsize=KEPT_ENTITIES)(self._entities)

    def _entities(self, text: str) -> cedarpy.Entities:
        return cedarpy.Entities.from_json_str(text, self.read)


class CedarRules:
    """A rule set in force. It never changes: other rules are another `CedarRules`."""

    def __init__(self, rules: Sequence[Rule], catalogue: Catalogue, digest: str) -> None:
        policies = [replace(rule.policy, id=rule.id) for rule in rules]
        self._rules = {rule.id: rule for rule in rules}
        self._digest = digest
        self._lanes = lanes_in(rules)
        self._counting = [(r, lanes) for r in rules if (lanes := lanes_wanted(r.policy))]
        self._recounting = [rule for rule in rules if counts(rule.policy)]
        self._schema = _Schema(schema_text(catalogue, self._lanes))
        self._early_schema = _Schema(early_schema_text(catalogue))
        self._names = {o.name: groups_of(o) for o in catalogue}
        self._names |= {action_of(lane): _approving(lane) for lane in self._lanes}
        self.sight = cache(self._sight)
        """Returns what of a request for an action can matter to these rules."""
        self._about_action = cache(self._asked)
        self._early = cache(self._asked_early)
        named = [uid for policy in policies for uid in entity_uids(policy)]
        self._named = frozenset(uid.id for uid in named)
        self._groups = frozenset(uid.id for uid in named if uid.type == USERGROUP)
        self._on_call = frozenset(uid.id for uid in named if uid.type == ON_CALL)
        self._owned = any(Sight([policy]).looks_at("resource", "owner") for policy in policies)
        self._kept: dict[Hashable, _Verdict] = {}
        self._could_permit = lru_cache(maxsize=KEPT)(self._permitting)

    @classmethod
    def load(cls, files: Sequence[RuleFile], catalogue: Catalogue) -> Self:
        """Check *files* and put them in force; raise Misconfigured with the first mistake."""
        rules, problems = examine(files, catalogue)
        wrong = [p for p in problems if not p.warning]
        if wrong:
            count = f"{len(wrong)} mistakes" if len(wrong) > 1 else "a mistake"
            raise Misconfigured(
                f"The policy rules have {count}; {wrong[0]}",
                fix="`redbutton policy check` lists all of them.",
            )
        return cls(rules, catalogue, digest_of(files, catalogue))

    @property
    def digest(self) -> str:
        """See `Rules.digest`."""
        return self._digest

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of its rules."""
        return frozenset(self._rules)

    @property
    def lane_names(self) -> tuple[str, ...]:
        """Return the lanes in which somebody may approve something."""
        return self._lanes

    def decide(self, question: Question) -> Decision:
        """See `Rules.decide`."""
        return self.decide_again(request_of(question, self._lanes), question.operation)

    def decide_again(self, request: Request, operation: Operation) -> Decision:
        """Answer a *request* for *operation* as a Decision recorded it."""
        verdict = self._ask(request)
        plain = self._decision(verdict, groups_of(operation), request)
        lanes = self.lanes(operation) if verdict.decision == cedarpy.Decision.Deny else ()
        return self._with_lanes(plain, operation, lanes) if lanes else plain

    def may_approve(self, voter: Actor, lane: str, asked: Question) -> Decision:
        """See `Rules.may_approve`."""
        request = approving_request(voter, lane, asked, self._lanes)
        return self._decision(self._ask(request), _approving(lane), request)

    def lanes(self, operation: Operation) -> tuple[str, ...]:
        """See `Rules.lanes`."""
        names = groups_of(operation)
        about = (lanes for rule, lanes in self._counting if rule.covers(names))
        wanted = frozenset[str]().union(*about)
        return tuple(lane for lane in self._lanes if lane in wanted)

    def counts(self, operation: Operation) -> bool:
        """See `Rules.counts`. Who approves may be asked about by the same counts."""
        if not self._recounting:
            return False
        approving = {APPROVE, *(action_of(lane) for lane in self.lanes(operation))}
        names = groups_of(operation) | approving
        return any(rule.covers(names) for rule in self._recounting)

    def could(self, actor: Actor, operation: Operation, surface: str) -> Decision:
        """See `Rules.could`. A rule that cannot be evaluated yet hides nothing."""
        request = early_request(actor, operation, surface)
        who = self._who(actor)
        key = (self.alike(actor), operation.name, surface)
        verdict = self._kept.get(key)
        if verdict is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            nameless = {**request, "principal": {**request["principal"], "id": who}}
            verdict = self._kept[key] = self._early(self._known_action(operation.name)).ask(
                nameless
            )
        return self._decision(verdict, groups_of(operation), request)

    def about(self, operation: Operation) -> tuple[RuleWords, ...]:
        """See `Rules.about`."""
        names = groups_of(operation)
        return tuple(_words(rule) for rule in self._rules.values() if rule.covers(names))

    def alike(self, actor: Actor) -> Hashable:
        """See `Rules.alike`. Of groups and names only those count that stand in some rule.

        Unless a rule asks for those of whoever owns the target, which may be any.
        """
        flags = (actor.kind, actor.guest, actor.external, actor.bot)
        groups = actor.groups if self._owned else actor.groups & self._groups
        return flags, groups, actor.on_call & self._on_call, self._who(actor)

    def _who(self, actor: Actor) -> str:
        return actor.key if actor.key in self._named else ""

    def _ask(self, request: Request) -> _Verdict:
        """Ask all rules; what one of them cannot answer is no answer."""
        verdict = self._about_action(self._known_action(request["action"])).ask(request)
        if not verdict.errors:
            return verdict
        failed = frozenset(m[1] for e in verdict.errors if (m := _IN_RULE.match(e)))
        return replace(verdict, decision=cedarpy.Decision.NoDecision, rules=failed)

    def _with_lanes(self, plain: Decision, operation: Operation, lanes: Sequence[str]) -> Decision:
        """Say of what is denied whether approvals in *lanes* would cure it, and how few of them."""
        names, request = groups_of(operation), plain.request

        def asked(counts: Mapping[str, int]) -> _Verdict:
            return self._ask(with_approvals(request, counts))

        counts = dict.fromkeys(lanes, CAP)
        cured = asked(counts)
        if cured.decision != cedarpy.Decision.Allow:
            # What no approval cures is the reason; the rules that want one as well are not.
            return self._decision(cured, names, request)
        for lane in lanes:
            fewer = ({**counts, lane: n} for n in range(CAP))
            enough = (c for c in fewer if asked(c).decision == cedarpy.Decision.Allow)
            counts = next(enough, counts)
        permits = self._decision(asked(counts), names, request)
        return replace(
            permits,
            effect=Effect.NEEDS_APPROVAL,
            code="needs_approval",
            reasons=plain.reasons if plain.code == "forbidden" else permits.reasons,
            needs={lane: count for lane, count in counts.items() if count},
        )

    def _decision(self, verdict: _Verdict, names: frozenset[str], request: Request) -> Decision:
        rules = tuple(i for i in self._rules if i in verdict.rules)
        code = _code(verdict.decision, ruled=bool(rules))
        reasons = self._reasons(code, rules, names)
        effect = Effect.ALLOW if code == "allowed" else Effect.DENY
        errors = tuple(_without_values(e) for e in verdict.errors)
        return Decision(effect, code, rules, reasons, self._digest, request, errors)

    def _reasons(self, code: str, rules: tuple[str, ...], names: frozenset[str]) -> tuple[str, ...]:
        """Return the sentences of the deciding *rules* or, without one, of those that permit."""
        if code == "error":
            return (_NO_ANSWER,)
        if code == "no_rule":
            return self._could_permit(names)
        return tuple(self._rules[i].doc for i in rules)

    def _sight(self, action: str) -> Sight:
        return Sight(self._covering(action))

    def _asked(self, action: str) -> _Asked:
        """Return the rules about *action* alone: the others say nothing, and take their time."""
        return _Asked(self._covering(action), self._schema)

    def _asked_early(self, action: str) -> _Asked:
        return _Asked(early_policies(self._covering(action)), self._early_schema)

    def _known_action(self, action: str) -> str:
        """Return *action*, or nothing where it is none: no rule is left out then."""
        return action if action in self._names else ""

    def _covering(self, action: str) -> list[Template]:
        names = self._names.get(action)
        about = (r for r in self._rules.values() if names is None or r.covers(names))
        return [replace(rule.policy, id=rule.id) for rule in about]

    def _permitting(self, names: frozenset[str]) -> tuple[str, ...]:
        """Return the sentences of the rules that could permit what goes by these *names*."""
        permits = (r for r in self._rules.values() if r.permits and r.covers(names))
        # Breaking the glass is offered to who may, by a button, and advised to nobody else.
        return tuple(r.doc for r in permits if not r.wants_broken_glass)


def _approving(lane: str) -> frozenset[str]:
    return frozenset({APPROVE, action_of(lane)})


def _words(rule: Rule) -> RuleWords:
    groups = {uid.id for uid in entity_uids(rule.policy) if uid.type == USERGROUP}
    return RuleWords(
        rule.id, rule.doc, rule.permits, tuple(sorted(groups)), rule.wants_broken_glass
    )


def _code(decision: cedarpy.Decision, *, ruled: bool) -> str:
    match decision:
        case cedarpy.Decision.Allow:
            return "allowed"
        case cedarpy.Decision.Deny:
            return "forbidden" if ruled else "no_rule"
        case cedarpy.Decision.NoDecision:
            return "error"


def digest_of(files: Sequence[RuleFile], catalogue: Catalogue) -> str:
    """Name the rule set by its words; a file's length keeps the seams between files in sight."""
    state = hashlib.sha256(schema_text(catalogue).encode())
    for file in files:
        text = file.text.encode()
        state.update(f"\n{len(text)}\n".encode() + text)
    return state.hexdigest()


def _without_values(error: str) -> str:
    """Say *error* without what Cedar quotes: it may be anybody's data, and errors are kept open."""
    in_rule = _IN_RULE.match(error)
    begin = in_rule.end() if in_rule else 0
    return error[:begin] + _QUOTED.sub("…", error[begin:])
