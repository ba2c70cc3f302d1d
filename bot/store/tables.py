"""The store's tables. What is personal or secret is sealed: those columns are binary."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)
"""Facts about the store itself, such as the check value of its key."""

invocation = Table(
    "invocation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("surface", Text, nullable=False),
    Column("channel", Text),
    Column("state", Text, nullable=False),
    Column("origin", LargeBinary, nullable=False),
    Column("params", LargeBinary, nullable=False),
    Column("meaning", Text),
    Column("target", Text),
    Column("answer", LargeBinary, nullable=False),
    Column("owner", Text),
    Column("cancelled_by", LargeBinary),
    Column("at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    UniqueConstraint("team", "key", name="invocation_key"),
    Index("invocation_state", "state", "at"),
    Index("invocation_meaning", "meaning", "at"),
    Index("invocation_actor", "actor", "operation", "at"),
    Index("invocation_target", "target", "at"),
    sqlite_strict=True,
)
"""One row for each asking. *origin* also holds the asker's name; *meaning* and *target* are keyed
digests: of who asks for what, and of the operation and what it acts on.

Times, here and below, are UTC in ISO 8601 with microseconds, so they sort as text.
"""

step = Table(
    "step",
    metadata,
    Column("invocation", Text, ForeignKey("invocation.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("label", LargeBinary, nullable=False),
    Column("result", LargeBinary),
    Column("note", LargeBinary, nullable=False),
    Column("owner", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    sqlite_strict=True,
)
"""What runs remember. *name* is a keyed digest: the words of a label may name a person."""

timer = Table(
    "timer",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("due", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_at", Text),
    Index("timer_due", "due"),
    sqlite_strict=True,
)
"""What is to be done later, once."""

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("invocation", Text, ForeignKey("invocation.id"), nullable=False),
    Column("slot", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("notice", LargeBinary),
    Column("version", Integer, nullable=False),
    Column("sent_version", Integer, nullable=False),
    Column("sent_at", Text),
    Column("channel", Text),
    Column("ts", Text),
    Column("retry_at", Text),
    Column("attempts", Integer, nullable=False),
    Column("dropped", Text),
    Column("reason", LargeBinary),
    Column("claimed_by", Text),
    Column("claimed_at", Text),
    Column("tried_at", Text),
    Column("place", Text),
    Column("below", Text),
    UniqueConstraint("invocation", "slot", name="message_slot"),
    sqlite_strict=True,
)
"""Messages as they should be; *version* beyond *sent_version* is still to be sent.

*dropped* is when one was given up, *reason* why it was last put off or dropped. *claimed_by* is the
process that sends it now, *tried_at* when its posting was first begun: a message without `ts` that
was tried may stand in Slack already. *place* is the channel or person it is for, where that is not
where its invocation was asked; *below* is the slot of the message whose thread it stands in, where
that is not the run's own.
"""

_UNSENT = (message.c.version > message.c.sent_version) & message.c.dropped.is_(None)
Index("message_unsent", message.c.id, sqlite_where=_UNSENT, postgresql_where=_UNSENT)

approval = Table(
    "approval",
    metadata,
    Column("invocation", Text, ForeignKey("invocation.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("approval_state", "state", "expires_at"),
    sqlite_strict=True,
)
"""What is asked of approvers, with their votes, in *body*; each change raises *version* by one."""

review = Table(
    "review",
    metadata,
    Column("invocation", Text, ForeignKey("invocation.id"), primary_key=True),
    Column("team", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("closed_at", Text),
    Column("closed_by", Text),
    Column("body", LargeBinary, nullable=False),
    Index("review_actor", "team", "actor", "closed_at"),
    sqlite_strict=True,
)
"""Each time *actor* broke the glass, until somebody else has looked at it and closed it."""

change_freeze = Table(
    "change_freeze",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("environment", Text),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("lifted_at", Text),
    Column("body", LargeBinary, nullable=False),
    Index("change_freeze_until", "until"),
    sqlite_strict=True,
)
"""Times in which changes are frozen: in one *environment*, or in all where there is none."""

incident = Table(
    "incident",
    metadata,
    Column("id", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("live", Integer, nullable=False),
    Column("room", Text),
    Column("at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("team", "number", name="incident_number"),
    UniqueConstraint("team", "key", name="incident_key"),
    Index("incident_live", "team", "live"),
    Index("incident_room", "team", "room"),
    Index("incident_at", "team", "at"),
    sqlite_strict=True,
)
"""Incidents. *live* is 1 until it has ended, *key* that of the step that wrote it down; each change
raises *version* by one."""

moment = Table(
    "moment",
    metadata,
    Column("incident", Text, ForeignKey("incident.id"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("moment_at", "incident", "at"),
    sqlite_strict=True,
)
"""The timelines of incidents; *source* tells one line from another."""

memo = Table(
    "memo",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_strict=True,
)
"""What vendors said last, for when they are silent; and which of their news were heard."""

schedule = Table(
    "schedule",
    metadata,
    Column("team", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("since", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_strict=True,
)
"""Schedules. *key* is that of the step that made one, *since* the last time that was asked for,
skipped or given up; each other change raises *version* by one.
"""

writer = Table(
    "writer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("turn", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("at", Text, nullable=False),
    sqlite_strict=True,
)
"""On PostgreSQL: each transaction of a writer leaves its number here, and so tells that it stands.

The number of a transaction in PostgreSQL itself would not do: after a crash it may be given again.
"""

replica = Table(
    "replica",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slot", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("operations", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    sqlite_strict=True,
)
"""The processes that share this store. *id* is the owner of runs and claims, *slot* the name under
which the engine runs things, *operations* JSON: each operation's name and a digest of its fields.
"""
