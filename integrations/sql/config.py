"""How a business database is reached."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

_POSTGRES = frozenset({"postgres", "postgresql"})


class SqlConfig(BaseModel):
    """One database. Times are in seconds; *slots* statements at most run at a time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    url: SecretStr
    timeout: float = Field(10.0, gt=0, le=300)
    lock_timeout: float = Field(3.0, gt=0, le=300)
    slots: int = Field(4, ge=1, le=64)

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: SecretStr) -> SecretStr:
        try:
            made = make_url(url.get_secret_value())
        except (ArgumentError, ValueError):
            # What it holds instead of a port may be a piece of the password.
            raise ValueError("It is not a database URL like sqlite:///var/backoffice.db.") from None
        if made.drivername not in {"sqlite", "postgresql+psycopg", *_POSTGRES}:
            raise ValueError("Only sqlite and postgresql databases can be reached.")
        if made.get_backend_name() == "sqlite" and made.database in {None, "", ":memory:"}:
            raise ValueError("A SQLite database is a file, like sqlite:///var/backoffice.db.")
        if "@" in (made.host or ""):
            raise ValueError("Write an @ in a password as %40.")
        return url

    @property
    def address(self) -> URL:
        """Return the URL, which hides its password when it is printed."""
        made = make_url(self.url.get_secret_value())
        return made.set(drivername="postgresql+psycopg") if made.drivername in _POSTGRES else made

    @property
    def is_sqlite(self) -> bool:
        """Say whether it is a SQLite file rather than PostgreSQL."""
        return self.address.get_backend_name() == "sqlite"
