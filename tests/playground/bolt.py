"""A tiny Bolt app: the real framework on the other side of the wire."""

from typing import Any

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from playground.driver import PretendSlack
from tests.playground.bad_views import button, field, option, plain

Body = dict[str, Any]

FORM: Body = {
    "type": "modal",
    "callback_id": "form",
    "notify_on_close": True,
    "title": plain("Suspend"),
    "submit": plain("Go"),
    "blocks": [
        field("user", {"type": "external_select", "min_query_length": 2}),
        field("reason", {"type": "plain_text_input", "min_length": 3, "initial_value": "spam"}),
        field("mail", {"type": "email_text_input"}, optional=True),
        field(
            "kind",
            {"type": "static_select", "options": [option(1), option(2)], "action_id": "kind"},
            dispatch_action=True,
            optional=True,
        ),
        {"type": "actions", "block_id": "more", "elements": [button()]},
    ],
}


class TinyBot:
    """Answers every kind of payload; what it says next to a submission can be set."""

    def __init__(self, slack: PretendSlack, client: AsyncWebClient) -> None:
        self.answer: Body = {}
        self.events: list[Body] = []
        self.options: Body = {"options": [{"text": plain("Ada L."), "value": "u1"}]}
        app = AsyncApp(
            client=client, signing_secret=slack.signing_secret, process_before_response=True
        )
        app.command("/ops")(self.command)
        app.view("form")(self.submitted)
        app.view_closed("form")(self.closed)
        app.options("value")(self.suggest)
        app.action("b1")(self.pressed)
        app.action("kind")(self.pressed)
        app.shortcut("open")(self.shortcut)
        app.event({"type": "user_change"})(self.event)
        app.event({"type": "app_home_opened"})(self.event)
        app.event({"type": "subteam_updated"})(self.event)
        app.event({"type": "subteam_members_changed"})(self.event)
        self.app = AsyncSlackRequestHandler(app)

    async def command(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        match body["text"]:
            case "form":
                await client.views_open(trigger_id=body["trigger_id"], view=FORM)
                await ack()
            case "button":
                actions = {"type": "actions", "elements": [button()]}
                await ack(text="press", blocks=[actions], response_type="in_channel")
            case "bad":
                await ack(text="x", blocks=[{"type": "sparkles"}])
            case words:
                await ack(f"typed {words}")

    async def submitted(self, ack: AsyncAck) -> None:
        await ack(**self.answer)

    async def closed(self, ack: AsyncAck, body: Body) -> None:
        self.events.append(body)
        await ack()

    async def suggest(self, ack: AsyncAck) -> None:
        await ack(**self.options)

    async def pressed(self, ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        self.events.append(body)
        await ack()
        if "response_url" in body:
            await respond(text="pressed", replace_original=True)

    async def shortcut(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        self.events.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    async def event(self, ack: AsyncAck, body: Body) -> None:
        self.events.append(body)
        await ack()
