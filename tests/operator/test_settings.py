"""Settings as they are read: the file, the environment on top, and what is wrong with either."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Misconfigured
from bot.settings import Settings
from bot.settings_examples import EXAMPLES


def loaded(folder: Path, text: str, **environ: str) -> Settings:
    """Load *text* from a file in *folder*, under *environ*."""
    path = folder / "redbutton.toml"
    path.write_text(text, "utf-8")
    return Settings.load({"REDBUTTON_CONFIG": str(path), **environ})


def test_without_file_and_environment_everything_has_a_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    told = Settings.load({})

    assert (told.port, told.host) == (3000, "127.0.0.1")
    assert told.store == Path("var/redbutton.db")
    assert (told.bot_token, told.signing_secret, told.key) == (None, None, None)


def test_the_file_says_what_is_no_secret(tmp_path: Path) -> None:
    told = loaded(
        tmp_path,
        '[groups]\nsupport = ["U0123ABCD"]\n[cli.users]\nalice = "U0123ABCD"\n'
        '[policy]\npaths = ["rules/"]\n[aliases]\n"/suspend" = "users.suspend"\n',
    )

    assert told.groups == {"support": ("U0123ABCD",)}
    assert told.cli.users == {"alice": "U0123ABCD"}
    assert told.policy.paths == (Path("rules"),)
    assert told.aliases == {"/suspend": "users.suspend"}


def test_the_environment_says_the_rest(tmp_path: Path) -> None:
    told = loaded(
        tmp_path,
        "",
        SLACK_BOT_TOKEN="xoxb-1",
        DATABASE_URL=f"sqlite:///{tmp_path}/kept/r.db",
        REDBUTTON_PORT="0",
    )

    assert (told.port, told.folder) == (0, tmp_path / "kept")


def test_an_empty_variable_is_one_that_is_not_set(tmp_path: Path) -> None:
    told = loaded(tmp_path, "", REDBUTTON_PORT="", SLACK_BOT_TOKEN="")

    assert (told.port, told.bot_token) == (3000, None)


def test_secrets_are_not_shown_by_accident(tmp_path: Path) -> None:
    told = loaded(
        tmp_path,
        '[databases.backoffice]\nurl = "postgresql://me:hushhush@db/x"\n',
        SLACK_BOT_TOKEN="xoxb-hushhush",
        SLACK_SIGNING_SECRET="hushhush",
        REDBUTTON_KEY="hushhush",
    )

    assert "hushhush" not in f"{told!r} {told} {told.model_dump()} {told.model_dump_json()}"


@pytest.mark.parametrize("example", sorted(EXAMPLES))
def test_each_example_is_a_right_value(tmp_path: Path, example: str) -> None:
    name, part = example, EXAMPLES[example]
    table = {"groups": "groups", "channels": "channels", "aliases": "aliases"}
    table |= {n: "policy" for n in EXAMPLES if n.startswith("policy.")}
    table |= {"cli.users": "cli.users", "cli.auditors": "cli", "glass.channel": "glass"}
    table |= {n: "incident" for n in EXAMPLES if n.partition(".")[0] == "incident"}
    table |= {"pagerduty.rosters": "pagerduty.rosters", "jira": "jira", "statuspage": "statuspage"}
    environ = {name: part.partition(" from your")[0]} if name.isupper() else {}
    whole = name not in table or part.startswith("[")
    text = "" if environ else part if whole else f"[{table[name]}]\n{part}"

    told = loaded(tmp_path, text, **environ)

    assert told.model_fields_set - {"port"} | environ.keys()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 1", "`colour`"),
        ("port = 3000", "'port'"),
        ("bot_token = 'xoxb-1'", "'bot_token'"),
        ("SLACK_SIGNING_SECRET = 'hushhush'", "'SLACK_SIGNING_SECRET'"),
        ("[slack]\nmax_age = 0", "`slack.max_age`"),
        ("[slack]\nteam = 'acme'", "`slack.team`"),
        ("[databases.backoffice]\ntimeout = 5", "`databases.backoffice.url`"),
        (
            "[databases.backoffice]\nurl = 'sqlite://'\ntimeout = 0",
            "`databases.backoffice.timeout`",
        ),
        ("[cli]\nusers = ['alice']", "`cli.users`"),
        ("groups = 'support'", "`groups`"),
    ],
)
def test_a_wrong_setting_is_named_with_a_way_out(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(Misconfigured) as wrong:
        loaded(tmp_path, text)

    assert named in wrong.value.message
    assert wrong.value.fix


@given(text=st.text(st.characters(codec="utf-8"), max_size=200))
def test_no_file_is_answered_by_anything_but_settings_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, "utf-8")

    with suppress(Misconfigured):
        assert Settings.load({"REDBUTTON_CONFIG": str(path)}).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("bot_token", "SLACK_BOT_TOKEN"),
        ("signing_secret", "SLACK_SIGNING_SECRET"),
        ("key", "REDBUTTON_KEY"),
        ("REDBUTTON_KEY", "REDBUTTON_KEY"),
    ],
)
def test_a_secret_in_the_file_is_sent_to_the_environment_under_any_name(
    tmp_path: Path, name: str, variable: str
) -> None:
    with pytest.raises(Misconfigured) as wrong:
        loaded(tmp_path, f"{name} = 'hushhush'")

    assert f"export {variable}=…" in wrong.value.fix
    assert "hushhush" not in str(wrong.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "redbutton.toml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(Misconfigured) as wrong:
        Settings.load({"REDBUTTON_CONFIG": str(path)})

    assert repr(str(path)) in wrong.value.message


def test_a_folder_for_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as wrong:
        Settings.load({"REDBUTTON_CONFIG": str(tmp_path)})

    assert repr(str(tmp_path)) in wrong.value.message
