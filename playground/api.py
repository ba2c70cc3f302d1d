"""The Web API over HTTP: who may call, what is called, and the trouble that is switched on."""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from playground import methods_apps as apps
from playground import methods_chat as chat
from playground import methods_files as files
from playground import methods_history as history
from playground import methods_marks as marks
from playground import methods_people as people
from playground import methods_rooms as rooms
from playground import methods_views as views
from playground import posting
from playground.arguments import Arguments
from playground.errors import SlackError
from playground.model import Call
from playground.trouble import with_trouble
from playground.workspace import Workspace

Caller = Literal["bot", "app"]
"""Whose token a method takes: the bot's, or the app-level one."""

Act = Callable[[Workspace, Arguments], dict[str, Any]]


@dataclass(frozen=True)
class Method:
    """A Web API method and the scope it needs.

    "{place}" becomes channels, groups or im, and "{manage}" what changes such a place.
    """

    act: Act
    scope: str = ""
    caller: Caller = "bot"


MANAGE = {"channels": "channels:manage", "groups": "groups:write", "im": "im:write"}
"""docs.slack.dev: what changes places of a kind, such as conversations.invite."""

METHODS = {
    "apps.connections.open": Method(apps.open_connection, "connections:write", "app"),
    "auth.test": Method(people.auth_test),
    "users.info": Method(people.users_info, "users:read"),
    "users.list": Method(people.users_list, "users:read"),
    "usergroups.list": Method(people.usergroups_list, "usergroups:read"),
    "usergroups.users.list": Method(people.usergroups_users_list, "usergroups:read"),
    "conversations.info": Method(people.conversations_info, "{place}:read"),
    "conversations.list": Method(people.conversations_list, "channels:read"),
    "conversations.members": Method(people.conversations_members, "{place}:read"),
    "conversations.open": Method(people.conversations_open, "im:write"),
    "users.conversations": Method(people.users_conversations, "channels:read"),
    "conversations.create": Method(rooms.create, "{manage}"),
    "conversations.invite": Method(rooms.invite, "{manage}"),
    "conversations.join": Method(rooms.join, "channels:join"),
    "conversations.setTopic": Method(rooms.set_topic, "{manage}"),
    "conversations.setPurpose": Method(rooms.set_purpose, "{manage}"),
    "conversations.rename": Method(rooms.rename, "{manage}"),
    "conversations.archive": Method(rooms.archive, "{manage}"),
    "conversations.unarchive": Method(rooms.unarchive, "{manage}"),
    "conversations.canvases.create": Method(rooms.create_canvas, "canvases:write"),
    "canvases.edit": Method(rooms.edit_canvas, "canvases:write"),
    "bookmarks.list": Method(marks.list_bookmarks, "bookmarks:read"),
    "bookmarks.add": Method(marks.add_bookmark, "bookmarks:write"),
    "bookmarks.edit": Method(marks.edit_bookmark, "bookmarks:write"),
    "bookmarks.remove": Method(marks.remove_bookmark, "bookmarks:write"),
    "pins.list": Method(marks.list_pins, "pins:read"),
    "pins.add": Method(marks.add_pin, "pins:write"),
    "pins.remove": Method(marks.remove_pin, "pins:write"),
    "reactions.get": Method(marks.get_reactions, "reactions:read"),
    "reactions.add": Method(marks.add_reaction, "reactions:write"),
    "reactions.remove": Method(marks.remove_reaction, "reactions:write"),
    "conversations.history": Method(history.conversations_history, "{place}:history"),
    "conversations.replies": Method(history.conversations_replies, "{place}:history"),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink),
    "views.open": Method(views.open_view),
    "views.push": Method(views.push_view),
    "views.update": Method(views.update_view),
    "views.publish": Method(views.publish_view),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write"),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write"),
    "files.info": Method(files.files_info, "files:read"),
}


class WebApi:
    """Serves one workspace's Web API, uploads and response addresses."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.app = Starlette(
            routes=[
                Route("/api/{method}", self._call, methods=["GET", "POST"]),
                Route("/upload/{file_id}", self._upload, methods=["POST"]),
                Route("/response/{token}", self._respond, methods=["POST"]),
            ]
        )

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        body = await request.body()

        def act() -> Response:
            pause = self.workspace.faults.too_many(method, self.workspace.now())
            return _rate_limited(pause) if pause else self._answer(request, method, body)

        return await self._with_trouble(request, method, act)

    async def _with_trouble(
        self, request: Request, name: str, act: Callable[[], Response]
    ) -> Response:
        return await with_trouble(self.workspace.faults, request, name, act, _rate_limited)

    def _answer(self, request: Request, method: str, body: bytes) -> Response:
        workspace = self.workspace
        asked = Arguments({})
        try:
            asked = Arguments.read(
                request.headers.get("content-type", ""), body, dict(request.query_params)
            )
            caller = self._caller(request, asked)
            answer = {"ok": True, **self._act(method, caller, asked)}
        except SlackError as refused:
            answer = refused.answer()
        except chat.TooFast:
            return _rate_limited(1)
        if "upload_url" in answer:
            answer["upload_url"] = f"{str(request.base_url).rstrip('/')}{answer['upload_url']}"
        workspace.calls.append(Call(method, asked.given, answer, workspace.now()))
        workspace.notify()
        scopes, now = ",".join(sorted(workspace.scopes)), workspace.now()
        told = {"x-oauth-scopes": scopes, "date": format_datetime(now, usegmt=True)}
        return JSONResponse(answer, headers=told)

    def _caller(self, request: Request, asked: Arguments) -> Caller:
        callers: dict[str, Caller] = {
            self.workspace.bot_token: "bot",
            self.workspace.app_token: "app",
        }
        header = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = header or asked.text("token")
        if not token:
            raise SlackError("not_authed")
        if token not in callers:
            raise SlackError("invalid_auth")
        if callers[token] == "app" and not header:
            # docs.slack.dev: apps.connections.open takes it in the header only.
            raise SlackError("not_authed")
        return callers[token]

    def _act(self, name: str, caller: Caller, asked: Arguments) -> dict[str, Any]:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        if caller != method.caller:
            raise SlackError("not_allowed_token_type")
        held = self.workspace.app_scopes if caller == "app" else self.workspace.scopes
        place = self._place(asked)
        needed = method.scope.format(place=place, manage=MANAGE[place])
        if needed and needed not in held:
            raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(held)))
        return method.act(self.workspace, asked)

    def _place(self, asked: Arguments) -> str:
        place = self.workspace.channels.get(asked.text("channel"))
        if place is not None and place.direct:
            return "im"
        private = place.private if place is not None else asked.flag("is_private")
        return "groups" if private else "channels"

    async def _upload(self, request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-type", "").startswith("multipart/"):
            return PlainTextResponse("send the bytes as they are", 400)
        taken = files.receive(self.workspace, request.path_params["file_id"], body)
        return PlainTextResponse(f"OK - {len(body)}" if taken else "wrong", 200 if taken else 400)

    async def _respond(self, request: Request) -> Response:
        token, body = request.path_params["token"], await request.body()

        def act() -> Response:
            try:
                said = Arguments.read("application/json", body, {}).given
                address = self.workspace.permits.use_address(token, self.workspace.now())
                posting.respond(self.workspace, address, said)
            except SlackError as refused:
                gone = refused.error in ("used_url", "expired_url", "invalid_url")
                self.workspace.complain(f"response_url: {refused.error}")
                return JSONResponse(refused.answer(), 404 if gone else 400)
            return PlainTextResponse("ok")

        return await self._with_trouble(request, "response_url", act)


def _rate_limited(seconds: int) -> Response:
    answer = {"ok": False, "error": "ratelimited"}
    return JSONResponse(answer, 429, headers={"Retry-After": str(seconds)})
