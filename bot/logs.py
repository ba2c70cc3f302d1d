"""JSON logs, one line an event, with the invocation's id and without secrets."""

import logging
import re
import sys
from typing import TextIO

import structlog
from structlog.types import EventDict, Processor

QUIET = (
    *("alembic", "asyncio", "aiohttp", "dbos", "httpx", "httpcore"),
    *("httpx2", "httpcore2", "jira", "matplotlib", "pagerduty", "urllib3"),
    *("slack_bolt", "slack_sdk", "uvicorn", "watchfiles"),
)

_SECRET = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w-]+"  # docs.slack.dev: tokens
    r"|xapp-[\w-]+"
    r"|rbt_[\w-]{20,}"  # personal tokens, for the web form
    r"|https://hooks\.slack\.com/[^\s\"'\\]+"  # response addresses, which anyone may post to
    r"|(?<=Bearer )[\w.~+/=-]+"
    r"|(?<=Token token=)[\w.~+/=-]+"  # PagerDuty's
    r"|(?<=OAuth )[\w.~+/=-]{16,}"  # Statuspage's
    r"|(?<=Basic )[\w+/=]{8,}"  # Jira's
    r"|(?<=://)[^\s/:@\"']+:[^\s/@\"']+(?=@)"  # user:password in a database's address
)


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send everything that is logged, by whomever, to *stream* (default: standard error) as JSON.

    What `structlog.contextvars.bind_contextvars(invocation=…)` binds stands in every line.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
                _redacted,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _redacted(_: object, __: str, line: "str | bytes | EventDict") -> str:
    """Take whatever looks like a secret out of a finished *line*."""
    return _SECRET.sub("[redacted]", str(line))
