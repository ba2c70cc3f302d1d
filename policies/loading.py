"""Reading the rule files: those that come with the bot, and those that the settings name."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bot.domain.catalogue import Catalogue
from bot.domain.errors import Misconfigured
from policies.engine import CedarRules
from policies.reading import RuleFile

SUFFIX = ".cedar"


def load_rules(
    paths: Sequence[str | Path], catalogue: Catalogue, *, replace: bool = False
) -> CedarRules:
    """Put the rules in force that come with the bot, and those in *paths*.

    A path is a file or a folder, searched for `*.cedar` at any depth. *replace* leaves out those
    that come with the bot. Raises Misconfigured naming file, line and cure.
    """
    return CedarRules.load(rule_files(paths, replace=replace), catalogue)


def rule_files(paths: Sequence[str | Path], *, replace: bool = False) -> list[RuleFile]:
    """Read the files that `load_rules` puts in force; raise Misconfigured where one cannot be."""
    shipped = [] if replace else list(_shipped())
    found = shipped + [_read(str(path), path) for entry in paths for path in _within(Path(entry))]
    if not found:
        raise Misconfigured(
            "`policy.replace` is true and `policy.paths` is empty, so there are no rules at all.",
            fix='Name your rules, `paths = ["rules"]`, or take `replace` out.',
        )
    return found


def _shipped() -> Iterator[RuleFile]:
    folder = files("policies") / "rules"
    named = {e.name: e for e in folder.iterdir() if e.name.endswith(SUFFIX)}
    for name in sorted(named):
        yield _read(f"policies/rules/{name}", named[name])


def _within(path: Path) -> list[Path]:
    found = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
    if not found:
        raise Misconfigured(
            f"`policy.paths` names the folder {str(path)!r}, in which there is no rule.",
            fix=f"Put a file into it whose name ends in `{SUFFIX}`.",
        )
    return found


def _read(label: str, path: Path | Traversable) -> RuleFile:
    try:
        return RuleFile(label, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"The rule file {label!r} in `policy.paths` cannot be read: {error}.",
            fix="Give the path of a text file in UTF-8, or of a folder of them.",
        ) from error
