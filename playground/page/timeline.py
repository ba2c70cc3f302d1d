"""What happened, in the order it was seen: payloads, answers, calls, the record, the things."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from playground.delivery import Delivery, Exchange
from playground.driver import PretendSlack
from playground.model import Call
from playground.page.around import Event, Glass, Thing

Source = Literal["to-bot", "to-slack", "record", "thing"]


@dataclass(eq=False)
class Entry:
    """One line. *good* is None where there is nothing to judge; *note* stands small behind it."""

    id: int
    at: datetime
    source: Source
    title: str
    detail: Callable[[], Mapping[str, Any]]
    note: str = ""
    good: bool | None = None
    born: int = 0
    rev: int = 0
    exchange: Exchange | None = None


@dataclass
class Run:
    """What the record tells of one invocation so far."""

    invocation: str
    operation: str
    actor: str
    effect: str = ""
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    outcome: str = ""
    stages: list[str] = field(default_factory=list)
    steps: dict[str, str] = field(default_factory=dict)
    """By label, the state that the record tells of."""


class Timeline:
    """Gathers from all sources. `pull` is called often; what it finds counts as a change."""

    def __init__(self, slack: PretendSlack, glass: Glass, things: Sequence[Thing]) -> None:
        self.entries: list[Entry] = []
        self.events: list[Event] = []
        self.run: Run | None = None
        """The invocation that the record last spoke of."""

        self._slack = slack
        self._glass = glass
        self._things = things
        self._exchanges = self._calls = 0
        self._open: list[Entry] = []
        self._runs: dict[str, Run] = {}

    def pull(self) -> None:
        """Take in whatever is new."""
        for exchange in self._slack.courier.exchanges[self._exchanges :]:
            self._exchanges += 1
            self._open.append(self._sent(exchange))
        self._open = [entry for entry in self._open if not self._answered(entry)]
        for call in self._slack.workspace.calls[self._calls :]:
            self._calls += 1
            self._called(call)
        for event in self._glass.events(self.events[-1].n if self.events else 0):
            self._recorded(event)
        for thing in self._things:
            for got in thing.received():
                self._add(got.at, "thing", f"{thing.title}: {got.title}", got.told)

    def find(self, number: int) -> Entry | None:
        """Return the entry *number*."""
        return self.entries[number - 1] if 0 < number <= len(self.entries) else None

    def running(self) -> int:
        """Count the steps of `run` that are being taken, of which the record does not tell yet."""
        return self._glass.running(self.run.invocation) if self.run else 0

    def _add(
        self,
        at: datetime,
        source: Source,
        title: str,
        detail: Callable[[], Mapping[str, Any]],
        **more: Any,
    ) -> Entry:
        workspace = self._slack.workspace
        entry = Entry(len(self.entries) + 1, at, source, title[:300], detail, **more)
        entry.born = entry.rev = workspace.rev + 1
        self.entries.append(entry)
        workspace.notify()
        return entry

    def _sent(self, exchange: Exchange) -> Entry:
        def detail() -> Mapping[str, Any]:
            reply = exchange.reply
            answer = None if reply is None else {"status": reply.status, "body": reply.text}
            return {"payload": exchange.delivery.payload, "answer": answer}

        title = _what(exchange.delivery)
        return self._add(exchange.at, "to-bot", title, detail, note="…", exchange=exchange)

    def _answered(self, entry: Entry) -> bool:
        reply = entry.exchange.reply if entry.exchange else None
        if reply is None:
            return False
        took = f"{reply.seconds * 1000:,.0f} ms"
        entry.note, entry.good = reply.trouble or f"answered in {took}", reply.ok
        entry.rev = self._slack.workspace.rev + 1
        self._slack.workspace.notify()
        return True

    def _called(self, call: Call) -> None:
        good = bool(call.answer.get("ok"))
        note = "ok" if good else str(call.answer.get("error"))
        detail = {"arguments": call.arguments, "answer": call.answer}
        self._add(call.at, "to-slack", call.method, lambda: detail, note=note, good=good)

    def _recorded(self, event: Event) -> None:
        self.events.append(event)
        title = " ".join(part for part in (event.stage, event.operation) if part)
        self._add(event.at, "record", title, lambda: event.body, note=told(event.body))
        if event.invocation:
            self._follow(event)

    def _follow(self, event: Event) -> None:
        new = Run(event.invocation, event.operation, event.actor)
        self.run = run = self._runs.setdefault(event.invocation, new)
        decision = event.body.get("decision") or {}
        run.stages.append(event.stage)
        if decision:
            run.effect = str(decision.get("effect", ""))
            run.rules = tuple(decision.get("rules") or ())
            run.reasons = tuple(decision.get("reasons") or ())
        detail = event.body.get("detail") or {}
        if event.stage == "step":
            run.steps[str(detail.get("step"))] = str(detail.get("state"))
        if event.stage in ("outcome", "settled"):
            run.outcome = str(detail.get("state", ""))
        if event.stage in ("denied", "invalid"):
            run.outcome = event.stage


def told(body: Mapping[str, Any]) -> str:
    """Return what an event says beside its stage, in a few words."""
    detail, decision = body.get("detail") or {}, body.get("decision") or {}
    if rules := decision.get("rules"):
        return f"{decision['effect']} by {', '.join(rules)}"
    if step := detail.get("step"):
        return f"{step}: {detail.get('state')}"
    return str(detail.get("state") or detail.get("why") or detail.get("code") or "")[:200]


def _what(delivery: Delivery) -> str:
    """Return what a person did, from the payload that tells the bot."""
    payload = delivery.payload
    match delivery.kind:
        case "command":
            return f"{payload['command']} {payload['text']}".strip()
        case "block_actions":
            pressed = payload["actions"][0]
            words = (pressed.get("text") or {}).get("text") or pressed["action_id"]
            return f"pressed {words}"
        case "view_submission" | "view_closed":
            verb = "submitted" if delivery.kind == "view_submission" else "closed"
            return f"{verb} {payload['view'].get('title', {}).get('text', 'a view')}"
        case "block_suggestion":
            return f"typed {payload['value']!r} to search"
        case "shortcut" | "message_action":
            return f"used the shortcut {payload['callback_id']}"
        case kind:
            return kind
