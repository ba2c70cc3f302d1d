"""Takes out of free text what looks like a secret."""

import re
from collections.abc import Mapping
from typing import Any

_HINTS = (
    *("xox", "xapp-", "hooks.slack", "bearer", "eyj", "akia", "asia", "private key", "ghp_"),
    *("gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "pass", "pwd", "secret", "token", "key"),
    "rbt_",
    "://",
)
"""One of these, in lower case, is in every text that a pattern below matches."""

_MARK = "[removed: looks like "
_VALUE = r"""(?!\[removed: )(?:"[^"\n]{1,500}"|'[^'\n]{1,500}'|[^\s"'&,;]{1,500})"""

_PATTERNS = (
    (
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"
            r".*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
            re.DOTALL,
        ),
        _MARK + "a private key]",
    ),
    # docs.slack.dev, token types: xoxb, xoxp, xoxe, xoxe.xoxp, xapp and older ones.
    (
        re.compile(r"\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{8,}", re.IGNORECASE),
        _MARK + "a Slack token]",
    ),
    (re.compile(r"\brbt_[\w-]{20,}"), _MARK + "a Redbutton token]"),
    (
        re.compile(r"https://hooks\.slack\.com/[\w/-]+", re.IGNORECASE),
        _MARK + "a Slack webhook]",
    ),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)*"), _MARK + "a JWT]"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), _MARK + "an AWS key]"),
    (
        re.compile(r"\b(?:gh[opusr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"),
        _MARK + "a GitHub token]",
    ),
    (
        re.compile(r"\b(Bearer\s{1,3})[\w.~+/-]{8,}=*", re.IGNORECASE),
        r"\1" + _MARK + "a bearer token]",
    ),
    (
        re.compile(r"(://[^\s/:@]{0,64}:)(?!\[removed: )[^\s/@]{1,256}@"),
        r"\1" + _MARK + "a password]@",
    ),
    (
        re.compile(
            r"""((?:password|passwd|passphrase|pwd)["']?\s{0,3}[=:]\s{0,3})""" + _VALUE,
            re.IGNORECASE,
        ),
        r"\1" + _MARK + "a password]",
    ),
    (
        re.compile(
            r"""((?:secret|token|api[_-]?key|access[_-]?key)["']?\s{0,3}=\s{0,3})""" + _VALUE,
            re.IGNORECASE,
        ),
        r"\1" + _MARK + "a secret]",
    ),
)


def scrub(text: str) -> str:
    """Return *text* with whatever looks like a token, a key or a password replaced by words.

    It is a net under free text, not a promise: what is known to be secret is a secret field.
    """
    folded = text.casefold()
    if not any(hint in folded for hint in _HINTS):
        return text
    for pattern, words in _PATTERNS:
        text = pattern.sub(words, text)
    return text


def scrubbed(value: Any) -> Any:
    """Return *value* with every string in it scrubbed."""
    match value:
        case str():
            return scrub(value)
        case Mapping():
            return {name: scrubbed(part) for name, part in value.items()}
        case list() | tuple():
            return [scrubbed(part) for part in value]
        case _:
            return value
