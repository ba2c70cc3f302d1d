"""What the engine has noted down: the runs of each invocation, waiting, running and ended.

The first run of an invocation has its id, those after it the id with `~2`, `~3` and so on.
"""

from collections.abc import Collection

from dbos import DBOSClient, DBOSPortableJSONSerializer, WorkflowStatus
from sqlalchemy import Engine

APPLICATION = "redbutton"
VERSION = "1"
"""Runs go on only under the version that began them, so it never changes."""

QUEUE = "runs"
WORKFLOW = "run"

_WAITING = ["ENQUEUED", "PENDING"]
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_CHUNK = 500
"""Rows deleted by one statement, far below SQLite's limit on variables."""


def invocation_of(run: str) -> str:
    """Return the invocation that *run* belongs to."""
    return run.partition("~")[0]


class Rows:
    """Reads and writes the engine's rows through *engine*, from any thread but the loop's.

    A connection that breaks is an error at once: whoever asks can ask again.
    """

    def __init__(self, engine: Engine) -> None:
        self._client = DBOSClient(
            system_database_engine=engine,
            application_name=APPLICATION,
            serializer=DBOSPortableJSONSerializer(),
            retry_connection_errors=False,
        )

    def open_queue(self, workers: int, poll: float) -> None:
        """Have each process run *workers* at once, looking every *poll* seconds.

        The last process to say so decides for all.
        """
        self._client.register_queue(QUEUE, worker_concurrency=workers, polling_interval_sec=poll)

    def put(self, invocation: str) -> None:
        """Have *invocation* run, unless it ever was to."""
        self._put(invocation, invocation)

    def put_again(self, invocation: str) -> None:
        """Have *invocation* run, unless a run of it waits or is under way."""
        runs = self._runs(invocation)
        if any(run.status in _WAITING for run in runs):
            return
        last = max((_attempt(run.workflow_id) for run in runs), default=0)
        # Two processes that see the same last run make the same next one, which is one.
        self._put(f"{invocation}~{last + 1}" if last else invocation, invocation)

    def attempts(self, invocation: str) -> int:
        """Return how many runs *invocation* was given, those that were forgotten included."""
        return max((_attempt(run.workflow_id) for run in self._runs(invocation)), default=0)

    def living(self, invocations: Collection[str]) -> frozenset[str]:
        """Return those of *invocations* that have a run which waits or is under way."""
        if not invocations:
            return frozenset()
        found = {invocation_of(row.workflow_id) for row in self.unfinished()}
        return frozenset(found.intersection(invocations))

    def unfinished(self) -> list[WorkflowStatus]:
        """Return every run, of whichever process, that has not ended."""
        return self._client.list_workflows(status=_WAITING, load_input=False, load_output=False)

    def owners(self) -> set[str]:
        """Return the names of the processes that have begun a run which has not ended."""
        rows = self._client.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {row.executor_id or "" for row in rows}

    def delete(self, before: str) -> int:
        """Delete what ended before *before*, an ISO time in UTC, and return how many that were."""
        deleted = 0
        while rows := self._client.list_workflows(
            status=_ENDED,
            completed_before=before,
            limit=_CHUNK,
            load_input=False,
            load_output=False,
        ):
            self._client.delete_workflows([row.workflow_id for row in rows])
            deleted += len(rows)
        return deleted

    def close(self) -> None:
        """Let go of what was opened here, which the connections are not."""
        self._client.destroy()

    def _put(self, run: str, invocation: str) -> None:
        self._client.enqueue(
            {
                "queue_name": QUEUE,
                "workflow_name": WORKFLOW,
                "workflow_id": run,
                "app_version": VERSION,
            },
            invocation,
        )

    def _runs(self, invocation: str) -> list[WorkflowStatus]:
        found = self._client.list_workflows(
            workflow_id_prefix=invocation, load_input=False, load_output=False
        )
        return [row for row in found if invocation_of(row.workflow_id) == invocation]


def _attempt(run: str) -> int:
    return int(run.partition("~")[2] or 1)
