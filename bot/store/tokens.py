"""Personal tokens in the store: sealed, each under the hash of its secret."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select
from typing_extensions import override

from bot.pipeline.tokens import Token, TokenShelf
from bot.store.database import Store
from bot.store.rows import stamp
from bot.store.tables import memo

_MARK = "token:"
_INSERT = insert(memo)
_FIND = select(memo).where(memo.c.name == bindparam("called"))
_ALL = select(memo).where(memo.c.name.startswith(_MARK)).order_by(memo.c.at, memo.c.name)
_DROP = delete(memo).where(memo.c.name == bindparam("called"))


class SqlTokens(TokenShelf):
    """Implements `TokenShelf` over what is remembered."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @override
    async def keep(self, digest: str, token: Token) -> None:
        """See `TokenShelf.keep`."""
        name = _MARK + digest
        body = self._store.box.seal(token.model_dump_json(), "memo", name, "body")
        row = {"name": name, "at": stamp(token.made), "body": body}
        await self._store.write(lambda c: c.execute(_INSERT, row).rowcount, lane=name)

    @override
    async def find(self, digest: str) -> Token | None:
        """See `TokenShelf.find`."""
        name = _MARK + digest
        row = await self._store.read(
            lambda c: c.execute(_FIND, {"called": name}).mappings().first()
        )
        return None if row is None else self._opened(row["name"], row["body"])

    @override
    async def listed(self) -> Sequence[tuple[str, Token]]:
        """See `TokenShelf.listed`."""
        rows = await self._store.read(lambda c: c.execute(_ALL).mappings().all())
        return [(r["name"].removeprefix(_MARK), self._opened(r["name"], r["body"])) for r in rows]

    @override
    async def drop(self, digest: str) -> None:
        """See `TokenShelf.drop`."""
        name = _MARK + digest
        await self._store.write(lambda c: c.execute(_DROP, {"called": name}).rowcount, lane=name)

    def _opened(self, name: str, body: bytes) -> Token:
        return Token.model_validate_json(self._store.box.open(body, "memo", name, "body"))
