"""The tutorial, done as it is written, in a copy of the repository."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.conventions.house import PRODUCT, ROOT

PAGE = (ROOT / "docs" / "tutorial" / "first-operation.md").read_text("utf-8")
FILES = re.findall(r"<!-- (file|append): (\S+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
]
BIN = Path(sys.executable).parent

# `make docs` would install the copy first, which a test does not.
MADE = {"make docs": ".venv/bin/python -m tests.conventions.reference"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the repository."""
    copy = tmp_path / "copy"
    leave = shutil.ignore_patterns("__pycache__")
    for folder in (*PRODUCT, "tests", "docs"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=leave)
    for file in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, copy)
    return copy


def carry_out(command: str, copy: Path) -> subprocess.CompletedProcess[str]:
    words = MADE.get(command, command).replace(".venv/bin", str(BIN)).split()
    environment = os.environ | {"PYTHONPATH": str(copy)}
    return subprocess.run(  # noqa: S603  The tutorial's own commands, in a copy.
        words, cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.timeout(180)
def test_a_new_operation_is_one_module_and_one_rule(copy: Path) -> None:
    before_the_rule, *rest = COMMANDS
    (_, path, module), *others = FILES
    (copy / path).write_text(module)
    warned = carry_out(before_the_rule, copy)
    for how, path, text in others:
        with (copy / path).open("a" if how == "append" else "x") as file:
            file.write(text)

    done = [carry_out(command, copy) for command in rest]

    assert "Nobody may run 'users.note'" in warned.stdout
    assert [d.stdout + d.stderr for d in (warned, *done) if d.returncode] == []
    assert "users.note" in (copy / "docs" / "reference" / "operations.md").read_text()


@pytest.mark.timeout(120)
async def test_the_open_workspace_takes_what_is_saved_and_loses_nothing(copy: Path) -> None:
    (_, module, text), (_, rules, rule), _ = FILES
    demo = await asyncio.create_subprocess_exec(
        *(BIN / "python", "-m", "bot", "demo", "--reload", "--port", "0"),
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert demo.stdout is not None
    try:
        async with asyncio.timeout(90), aiohttp.ClientSession() as browser:
            room = f"{(await demo.stdout.readline()).decode().split()[-1]}/as/sam/ops"
            await browser.post(f"{room}/say", data={"text": "Said before."})
            (copy / module).write_text(text)
            with (copy / rules).open("a") as file:
                file.write(rule)
            told = [(await demo.stdout.readline()).decode() for _ in range(2)]
            line = "/ops users.note grace@example.com Called twice today"
            await browser.post(f"{room}/say", data={"text": line})
            page = ""
            while "is kept" not in page:
                page = await (await browser.get(room)).text()
    finally:
        demo.terminate()
        await demo.communicate()

    assert "You saved note.py, users.cedar. The bot runs with it." in told[1]
    assert "Said before." in page


def test_the_tutorial_touches_nothing_but_operations_rules_and_tests() -> None:
    touched = [path for _, path, _ in FILES]

    assert touched == [
        "commands/users/note.py",
        "policies/rules/users.cedar",
        "tests/commands/test_note.py",
    ]
