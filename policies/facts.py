"""A question as the rules see it: one JSON-ready value that is recorded and can be asked again."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.actor import Actor, ActorKind
from bot.domain.decision import Channel, Question
from bot.domain.operation import Operation
from policies.lanes import action_of
from policies.schema import resource_type
from policies.values import LOOKS, moment, seen

Request = Mapping[str, Any]


def request_of(question: Question, lanes: Sequence[str] = ()) -> dict[str, Any]:
    """Return all that the rules see of *question*, approvals in *lanes* among it.

    Values of params stand in `context.params` and, the target's, in `resource.id`, nowhere else.
    """
    request = _asked(question, question.actor, lanes)
    request["context"]["params"] = _params(question)
    return {**request, "action": question.operation.name}


def approving_request(
    voter: Actor, lane: str, question: Question, lanes: Sequence[str]
) -> dict[str, Any]:
    """Return what the rules see of *voter* who agrees, in *lane*, to what *question* asks for."""
    request = _asked(question, voter, lanes)
    asker = _asker(question.actor)
    request["context"]["requester"] = asker["principal"]
    request["context"]["operation"] = question.operation.name
    return {**request, "action": action_of(lane), "requester": asker}


def early_request(actor: Actor, operation: Operation, surface: str) -> dict[str, Any]:
    """Return what the rules see before there are params; the target is not known yet."""
    return {
        **_asker(actor),
        "action": operation.name,
        "resource": {
            "type": resource_type(operation),
            "id": "" if operation.target else operation.name,
        },
        "context": {"surface": surface},
    }


def with_approvals(request: Request, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return *request* as it would be with *counts* of approvals in place of its own."""
    context = request["context"]
    return {**request, "context": {**context, "approvals": {**context["approvals"], **counts}}}


def to_cedar(request: Request) -> dict[str, Any]:
    """Return *request* in the form of Cedar's own requests."""
    return {
        "principal": request["principal"],
        "action": {"type": "Action", "id": request["action"]},
        "resource": request["resource"],
        "context": request["context"],
    }


def entities_of(request: Request) -> list[dict[str, Any]]:
    """Return what Cedar must know of who asks and of the place they ask in.

    A rule that asks an entity left out of here cannot be evaluated. The resource may be where
    nothing is known of it: only its name counts then, and nobody's name is kept for it.
    """
    entities = [_person(request)]
    requester = request.get("requester")
    # Cedar takes nobody twice, not even who would agree to what is their own.
    if requester and requester["principal"] != request["principal"]:
        entities.append(_person(requester))
    if place := request.get("channel"):
        attributes = {"shared": place["shared"]}
        channel = request["context"]["channel"]
        entities.append(_entity(channel, attributes, _parents("ChannelGroup", place["groups"])))
    if target := request.get("target"):
        owner = target.get("owner")
        owned = {} if owner is None else {"owner": {"type": "Usergroup", "id": owner}}
        entities.append(_entity(request["resource"], {**target, **owned}, []))
    return entities


def _asked(question: Question, who: Actor, lanes: Sequence[str]) -> dict[str, Any]:
    """Return what is alike for who asks and for who approves."""
    operation, now, around = question.operation, question.now, question.around
    target = operation.target_of(question.params)
    context: dict[str, Any] = {
        "now": moment(now),
        "weekday": now.isoweekday(),
        "minute": now.hour * 60 + now.minute,
        "surface": question.surface,
        "freeze": around.freeze,
        "break_glass": around.break_glass,
        "recent": around.recent,
        "recent_target": around.recent_target,
        "approvals": {lane: around.approvals.get(lane, 0) for lane in lanes},
    }
    if around.incident is not None:
        context["incident"] = around.incident
    request: dict[str, Any] = {
        **_asker(who),
        "resource": {
            "type": resource_type(operation),
            "id": operation.name if target is None else target,
        },
        "zone": str(now.tzinfo),
        "context": context,
    }
    known = {"environment": around.target.environment, "owner": around.target.owner}
    if told := {name: value for name, value in known.items() if value is not None}:
        request["target"] = told
    if question.channel is not None:
        context["channel"] = {"type": "Channel", "id": question.channel.id}
        request["channel"] = _place(question.channel)
    return request


def _asker(actor: Actor) -> dict[str, Any]:
    """Describe *actor*. A schedule is in no group and can be neither guest nor outsider."""
    match actor.kind:
        case ActorKind.SCHEDULE:
            principal = {"type": "Schedule", "id": actor.key}
            return {"principal": principal, "groups": [], "attributes": {}}
        case ActorKind.PERSON:
            flags = {"guest": actor.guest, "external": actor.external, "bot": actor.bot}
            principal = {"type": "User", "id": actor.key}
            groups, on_call = sorted(actor.groups), sorted(actor.on_call)
            return {
                "principal": principal,
                "groups": groups,
                "attributes": flags,
                **({"on_call": on_call} if on_call else {}),
            }


def _place(channel: Channel) -> dict[str, Any]:
    return {"groups": sorted(channel.groups), "shared": channel.shared}


def _params(question: Question) -> dict[str, object]:
    values = (
        (f.name, f.kind, getattr(question.params, f.name)) for f in seen(question.operation.fields)
    )
    return {name: LOOKS[kind].written(v) for name, kind, v in values if v is not None}


def _person(asker: Mapping[str, Any]) -> dict[str, Any]:
    parents = [
        *_parents("Usergroup", asker["groups"]),
        *_parents("OnCall", asker.get("on_call", [])),
    ]
    return _entity(asker["principal"], asker["attributes"], parents)


def _parents(kind: str, names: Sequence[str]) -> list[dict[str, str]]:
    return [{"type": kind, "id": name} for name in names]


def _entity(
    uid: Mapping[str, str], attributes: Mapping[str, object], parents: list[dict[str, str]]
) -> dict[str, Any]:
    return {"uid": uid, "attrs": attributes, "parents": parents}
