"""Reading the rule files: those that come with the bot, and those that the settings name."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bot.domain.catalogue import Catalogue
from bot.domain.errors import BadRequest, Misconfigured
from policies.engine import CedarRules
from policies.lines import MOST_BYTES
from policies.reading import RuleFile
from policies.testing import CaseFile

SUFFIX = ".cedar"
TESTS = ".test.yaml"

_HERE = files("policies") / "rules"


def load_rules(
    paths: Sequence[str | Path], catalogue: Catalogue, *, replace: bool = False
) -> CedarRules:
    """Put the rules in force that come with the bot, and those in *paths*.

    A path is a file or a folder, searched for `*.cedar` at any depth. A name in it that begins with
    a dot is left out: editors keep such files beside what they write. *replace* leaves out those
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


def shipped_cases() -> list[CaseFile]:
    """Read the tests of the rules that come with the bot."""
    return [_read_cases(f"policies/rules/{e.name}", e) for e in _entries(TESTS)]


def cases_beside(paths: Sequence[str | Path]) -> list[CaseFile]:
    """Read the tests that lie beside the rules in *paths*."""
    found: list[Path] = []
    for path in map(Path, paths):
        own = path.with_suffix(TESTS)
        found += _visible(path, TESTS) if path.is_dir() else [own] if own.is_file() else []
    return [_read_cases(str(path), path) for path in dict.fromkeys(found)]


def cases_at(paths: Sequence[Path]) -> list[CaseFile]:
    """Read the tests in *paths*, each a file or a folder; raise BadRequest where there is none."""
    found: list[Path] = []
    for path in paths:
        here = _visible(path, TESTS) if path.is_dir() else [path]
        if not here:
            raise BadRequest(
                f"There is no test in the folder {str(path)!r}.",
                fix=f"Put a file into it whose name ends in `{TESTS}`.",
            )
        found += here
    return [_read_cases(str(path), path) for path in dict.fromkeys(found)]


def shipped_folder() -> Path:
    """Return where the rules lie that come with the bot."""
    return Path(str(_HERE))


def _shipped() -> Iterator[RuleFile]:
    yield from (_read(f"policies/rules/{e.name}", e) for e in _entries(SUFFIX))


def _entries(suffix: str) -> list[Traversable]:
    """Return what comes with the bot and ends in *suffix*, by name."""
    return sorted((e for e in _HERE.iterdir() if e.name.endswith(suffix)), key=lambda e: e.name)


def _within(path: Path) -> list[Path]:
    found = _visible(path, SUFFIX) if path.is_dir() else [path]
    if not found:
        raise Misconfigured(
            f"`policy.paths` names the folder {str(path)!r}, in which there is no rule.",
            fix=f"Put a file into it whose name ends in `{SUFFIX}`.",
        )
    return found


def _visible(folder: Path, suffix: str) -> list[Path]:
    """Return the files below *folder* whose name ends in *suffix*, and of which none is hidden."""
    return [
        path
        for path in sorted(folder.rglob(f"*{suffix}"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _read(label: str, path: Path | Traversable) -> RuleFile:
    try:
        return RuleFile(label, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"The rule file {label!r} in `policy.paths` cannot be read: {error}.",
            fix="Give the path of a text file in UTF-8, or of a folder of them.",
        ) from error


def _read_cases(label: str, path: Path | Traversable) -> CaseFile:
    try:
        with path.open("rb") as file:
            # One byte more than is taken: a larger file is refused, and need not be read for that.
            return CaseFile(label, file.read(MOST_BYTES + 1))
    except OSError as error:
        raise BadRequest(
            f"The tests {label!r} cannot be read: {error.strerror}.",
            fix="Name a file of cases, or a folder of them.",
        ) from error
