"""A question as the rules see it: one JSON-ready value that is recorded and can be asked again."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from bot.domain.actor import Actor, ActorKind
from bot.domain.decision import Channel, Question
from bot.domain.operation import Operation
from policies.schema import resource_type
from policies.values import LOOKS, moment, seen

Request = Mapping[str, Any]


def request_of(question: Question) -> dict[str, Any]:
    """Return all that the rules see of *question*.

    Values of params stand in `context.params` and, the target's, in `resource.id`, nowhere else.
    """
    operation, now = question.operation, question.now.astimezone(UTC)
    target = operation.target_of(question.params)
    context: dict[str, Any] = {
        "now": moment(now),
        "weekday": now.isoweekday(),
        "minute": now.hour * 60 + now.minute,
        "surface": question.surface,
        "params": _params(question),
    }
    request = {
        **_asker(question.actor),
        "action": operation.name,
        "resource": {
            "type": resource_type(operation),
            "id": operation.name if target is None else target,
        },
        "context": context,
    }
    if question.channel is not None:
        context["channel"] = {"type": "Channel", "id": question.channel.id}
        request["channel"] = _place(question.channel)
    return request


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

    A rule that asks an entity left out of here cannot be evaluated. The resource may be: it has
    neither attributes nor groups, so that only its name counts, and nobody's name is kept for it.
    """
    principal = request["principal"]
    entities = [_entity(principal, request["attributes"], "Usergroup", request["groups"])]
    if place := request.get("channel"):
        attributes = {"shared": place["shared"]}
        channel = request["context"]["channel"]
        entities.append(_entity(channel, attributes, "ChannelGroup", place["groups"]))
    return entities


def _asker(actor: Actor) -> dict[str, Any]:
    """Describe *actor*. A schedule is in no group and can be neither guest nor outsider."""
    match actor.kind:
        case ActorKind.SCHEDULE:
            principal = {"type": "Schedule", "id": actor.key}
            return {"principal": principal, "groups": [], "attributes": {}}
        case ActorKind.PERSON:
            flags = {"guest": actor.guest, "external": actor.external, "bot": actor.bot}
            principal = {"type": "User", "id": actor.key}
            groups = sorted(actor.groups)
            return {"principal": principal, "groups": groups, "attributes": flags}


def _place(channel: Channel) -> dict[str, Any]:
    return {"groups": sorted(channel.groups), "shared": channel.shared}


def _params(question: Question) -> dict[str, object]:
    values = (
        (f.name, f.kind, getattr(question.params, f.name)) for f in seen(question.operation.fields)
    )
    return {name: LOOKS[kind].written(v) for name, kind, v in values if v is not None}


def _entity(
    uid: Mapping[str, str], attributes: Mapping[str, object], group: str, groups: list[str]
) -> dict[str, Any]:
    parents = [{"type": group, "id": g} for g in groups]
    return {"uid": uid, "attrs": attributes, "parents": parents}
