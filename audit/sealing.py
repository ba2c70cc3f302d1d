"""Hides what is secret or personal before it enters the record, and opens it again.

A secret becomes an HMAC: two can be compared, none can be read. A personal value is encrypted under
a key of the person it tells of; erasing that key makes every copy unreadable, backups included, and
leaves the record's bytes as they are.
"""

import base64
import hmac
import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection

from audit.records import Body, canonical, nfc
from audit.scrubbing import scrub, scrubbed
from audit.subjects import SubjectKeys
from bot.domain.params import Secret
from bot.domain.record import Event

_NONCE = 12
"""Bytes of a nonce for AES-GCM (NIST SP 800-38D)."""

Find = Callable[[str], tuple[str, AESGCM | None]]
"""Takes whom a value tells of; returns their pseudonym and key, looked up once for each event."""

Hide = Callable[[str, str, object], object]
"""Takes a field's name, its path in the body and its value; returns what the record may hold."""


class Sealer:
    """Seals bodies under keys derived from *key*, 32 bytes. One serves a whole store.

    Sealing is for threads that write to one store; opening is for any.
    """

    def __init__(self, key: bytes) -> None:
        self._secrets = _derive(key, b"redbutton audit: secrets")
        self._pseudonyms = _derive(key, b"redbutton audit: pseudonyms")
        self._keys = SubjectKeys(_derive(key, b"redbutton audit: subject keys"))

    def pseudonym(self, subject: str) -> str:
        """Return what the record calls *subject*, a person's id or address in clear."""
        folded = nfc(nfc(subject).strip().casefold())
        return f"p_{_mac(self._pseudonyms, folded)[:16]}"

    def seal(self, conn: Connection, event: Event, body: Body) -> Body:
        """Return *body*, that of *event*, with nothing in it that may not be read by all.

        Creates the key of a person not yet known on *conn*, within its transaction. A value of a
        person whose key has been erased is left out.
        """
        find = cache(partial(self._person, conn))
        hide = self._hiding(find, event)
        sealed = dict(body)
        if "params" in body:
            sealed["params"] = _each(body["params"], "params", hide)
        if "target" in body:
            sealed["target"] = self._target(find, event, "target", body["target"])
        if "detail" in body:
            sealed["detail"] = scrubbed(body["detail"])
        if "decision" in body:
            sealed["decision"] = self._decision(find, event, body["decision"], hide)
        return sealed

    def open(self, conn: Connection, body: Mapping[str, Any]) -> Body:
        """Return *body* with its sealed values in clear.

        Where the key is gone stands `{"erased": true}`; where the value is not the one that was
        sealed in that place of that event, `{"unreadable": true}`.
        """
        find = lru_cache(maxsize=None)(lambda subject: self._keys.stored(conn, subject))

        def unseal(sealed: str, subject: str, path: str) -> object:
            try:
                if key := find(subject):
                    return _decrypted(key, sealed, _place(body.get("id"), path))
            except (InvalidTag, ValueError):
                return {"unreadable": True}
            return {"erased": True}

        return {name: _opened(part, name, unseal) for name, part in body.items()}

    def erase(self, conn: Connection, subject: str, at: datetime) -> bool:
        """Erase the key of *subject*, given in clear; False where there is none (any more)."""
        return self._keys.erase(conn, self.pseudonym(subject), at)

    def _hiding(self, find: Find, event: Event) -> Hide:
        fields = {spec.name: spec for spec in event.fields}

        def hide(name: str, path: str, value: object) -> object:
            spec = fields.get(name)
            if value is None:
                return None
            # What no field describes may be anything, so it is treated as the worst.
            if spec is None or spec.secret or isinstance(value, Secret):
                return {"hmac": self.fingerprint(value)}
            if spec.personal:
                return self._sealed(find, event, path, value)
            return scrubbed(value)

        return hide

    def _target(self, find: Find, event: Event, path: str, target: str) -> object:
        return self._sealed(find, event, path, target) if event.target_personal else scrub(target)

    def _decision(self, find: Find, event: Event, decision: Body, hide: Hide) -> Body:
        sealed = {**decision}
        if "errors" in decision:
            sealed["errors"] = scrubbed(decision["errors"])
        if "request" not in decision:
            return sealed
        request, path = {**decision["request"]}, "decision.request"
        if params := request.get("context", {}).get("params"):
            seen = _each(params, f"{path}.context.params", hide)
            request["context"] = {**request["context"], "params": seen}
        if (resource := request.get("resource")) and event.target:
            at = f"{path}.resource.id"
            request["resource"] = {
                **resource,
                "id": self._target(find, event, at, resource["id"]),
            }
        return {**sealed, "request": request}

    def _person(self, conn: Connection, about: str) -> tuple[str, AESGCM | None]:
        subject = self.pseudonym(about)
        return subject, self._keys.known(conn, subject)

    def _sealed(self, find: Find, event: Event, path: str, value: object) -> Body:
        text = canonical(value)
        about = event.target if event.target and event.target_personal else value
        subject, key = find(about if isinstance(about, str) else text)
        if key is None:
            return {"erased": True, "subject": subject}
        nonce = os.urandom(_NONCE)
        box = nonce + key.encrypt(nonce, text.encode(), _place(event.id, path))
        return {"sealed": base64.b64encode(box).decode(), "subject": subject}

    def fingerprint(self, value: object) -> str:
        """Return what stands for *value*: alike for alike values, and nothing to guess it by."""
        clear = value.get_secret_value() if isinstance(value, Secret) else value
        return _mac(self._secrets, nfc(clear) if isinstance(clear, str) else canonical(clear))


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(key)


def _mac(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()


def _each(params: Mapping[str, object], path: str, hide: Hide) -> Body:
    return {name: hide(name, f"{path}.{name}", value) for name, value in params.items()}


def _opened(value: Any, path: str, unseal: Callable[[str, str, str], object]) -> Any:
    match value:
        case {"sealed": str(sealed), "subject": str(subject)}:
            return unseal(sealed, subject, path)
        case dict():
            return {name: _opened(part, f"{path}.{name}", unseal) for name, part in value.items()}
        case _:
            return value


def _decrypted(key: AESGCM, sealed: str, place: bytes) -> object:
    box = base64.b64decode(sealed, validate=True)
    return json.loads(key.decrypt(box[:_NONCE], box[_NONCE:], place))


def _place(event: object, path: str) -> bytes:
    """Return what ties a sealed value to its event and its place there."""
    return f"{event}\n{path}".encode()
