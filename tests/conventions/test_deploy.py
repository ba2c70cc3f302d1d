"""What is handed to whoever deploys names only what exists, and fits together."""

import configparser
import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli.app import redbutton
from bot.http.server import ACKS_WITHIN
from bot.main.running import ACKS_GET, MESSAGES_GET, READS_GET, RUNS_GET
from bot.settings import CONFIG_VARIABLE, Settings
from bot.store.postgres import READERS, WRITERS
from tests.conventions.house import PRODUCT, ROOT
from tests.image import context, stages

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
BOTS = ("bot-1", "bot-2")
UNITS = (DEPLOY / "redbutton.service", DEPLOY / "redbutton@.service")
IMAGE = stages()[-1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

VARIABLES = {CONFIG_VARIABLE, *(str(f.validation_alias) for f in Settings.model_fields.values())}
DRAIN = ACKS_GET + ACKS_WITHIN + READS_GET + RUNS_GET + MESSAGES_GET
"""Seconds that a bot takes at most to leave in good order, but for closing its files."""

TAKEN = re.compile(r"\$\{(\w+)(?::[-?][^}]*)?\}")
each_bot = pytest.mark.parametrize("bot", BOTS)
each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)


def unit_of(path: Path) -> configparser.SectionProxy:
    """Return the section of a systemd unit that says what runs; a doubled key raises."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # Keys keep their case: it is how systemd reads them.
    parser.read_string(path.read_text("utf-8"))
    return parser["Service"]


def settings_of(service: str) -> Settings:
    """Return the settings that a service of the compose file has, with *word* for each secret."""
    given = {
        name: TAKEN.sub(lambda found: found[1].lower().replace("_", ""), value)
        for name, value in SERVICES[service]["environment"].items()
    }
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    unread = {CONFIG_VARIABLE: ""}
    return Settings.load(given | {k: v for k, v in tokens.items() if k in given} | unread)


# The image.


def test_the_image_runs_a_command_that_the_package_brings() -> None:
    script, command = IMAGE.words

    assert script in PROJECT["scripts"]
    assert command in redbutton.commands


def test_the_image_sets_variables_that_are_settings() -> None:
    told = {n: v for n, v in IMAGE.environ.items() if n.startswith(("REDBUTTON_", "SLACK_"))}

    assert told.keys() - VARIABLES == set()
    assert Settings.load(told | {CONFIG_VARIABLE: ""}).port == int(IMAGE.one("EXPOSE"))


def test_the_image_is_built_from_the_packages_and_what_its_steps_name() -> None:
    copies = [text.split() for text in stages()[0].all("COPY")]
    named = set(chain.from_iterable(sources for *sources, _ in copies)) - {"."}
    locks = set(re.findall(r"-r (\S+)", " ".join(stages()[0].all("RUN"))))

    assert {path.name for path in context()} == {*PRODUCT, *named}
    assert locks <= named
    assert [path for path in context() if not path.exists()] == []


def test_the_image_runs_as_nobody_in_particular_and_writes_to_its_volume_alone() -> None:
    made = " ".join(IMAGE.all("RUN"))

    assert f"--home-dir {IMAGE.one('WORKDIR')} {IMAGE.one('USER')}" in made
    assert IMAGE.one("VOLUME") == IMAGE.one("WORKDIR")
    assert IMAGE.environ["PYTHONDONTWRITEBYTECODE"] == "1"


# The compose file.


@pytest.mark.parametrize("service", [*BOTS, "migrate"])
def test_compose_sets_variables_that_are_settings(service: str) -> None:
    assert SERVICES[service]["environment"].keys() - VARIABLES == set()


def test_compose_takes_from_its_environment_what_the_example_names() -> None:
    text = (DEPLOY / "example.env").read_text("utf-8")

    taken = set(TAKEN.findall((DEPLOY / "compose.yaml").read_text("utf-8")))

    assert taken == set(re.findall(r"^(\w+)=", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("service", "role", "password"),
    [
        ("bot-1", "redbutton", "botpassword"),
        ("bot-2", "redbutton", "botpassword"),
        ("migrate", "ops_owner", "ownerpassword"),
    ],
)
def test_each_service_comes_to_the_database_in_its_role(
    service: str, role: str, password: str
) -> None:
    roles = (DEPLOY / "roles.sql").read_text("utf-8")

    settings = settings_of(service)

    assert settings.store == f"postgresql+psycopg://{role}:{password}@db/ops"
    assert re.search(rf"^CREATE ROLE {role} LOGIN;$", roles, re.MULTILINE)
    assert re.search(rf"^ALTER ROLE {role} PASSWORD :'\w+';$", roles, re.MULTILINE)


def test_the_roles_take_their_passwords_from_what_compose_hands_the_server() -> None:
    taken = re.findall(r"^\\getenv \w+ (\w+)$", (DEPLOY / "roles.sql").read_text(), re.MULTILINE)

    assert set(taken) == SERVICES["db"]["environment"].keys() - {"POSTGRES_PASSWORD"}


def test_the_tables_are_brought_up_to_date_by_a_command_that_exists() -> None:
    name, option, role = SERVICES["migrate"]["command"]
    options = chain.from_iterable(one.opts for one in redbutton.commands[name].params)

    assert option in options
    assert role == "redbutton"
    assert SERVICES["migrate"]["restart"] == "no"


@each_bot
def test_a_bot_of_compose_starts_after_the_tables_are_there(bot: str) -> None:
    after = {name: told["condition"] for name, told in SERVICES[bot]["depends_on"].items()}
    before = {name: t["condition"] for name, t in SERVICES["migrate"]["depends_on"].items()}

    assert after == {"migrate": "service_completed_successfully"}
    assert before == {"db": "service_healthy"}


@each_bot
def test_a_bot_of_compose_gets_longer_to_stop_than_it_takes(bot: str) -> None:
    assert int(SERVICES[bot]["stop_grace_period"].removesuffix("s")) > DRAIN


@each_bot
def test_a_bot_of_compose_writes_where_no_other_does(bot: str) -> None:
    service, home = SERVICES[bot], Path(IMAGE.one("WORKDIR"))
    folder = Path(service["environment"]["REDBUTTON_VAR"])
    uid = re.findall(r"--uid (\d+)", " ".join(IMAGE.all("RUN")))
    mounted = [Path(volume.split(":")[1]) for volume in service["volumes"]]

    assert (service["read_only"], folder.parent) == (True, home)
    assert f"{folder}:uid={uid[0]},mode=0700" in service["tmpfs"]
    assert [volume for volume in service["volumes"] if not volume.endswith(":ro")] == []
    assert Path(service["environment"][CONFIG_VARIABLE]).parent in mounted


def test_compose_opens_no_port_and_runs_the_postgres_that_is_tested() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == []
    assert SERVICES["db"]["image"] == "postgres:18"
    # From 18 on, the image keeps its files in a folder below this one (hub.docker.com: postgres).
    assert SERVICES["db"]["volumes"][0] == "database:/var/lib/postgresql"
    assert "database" in COMPOSE["volumes"]


def test_compose_mounts_files_that_are_handed_out_or_explained() -> None:
    volumes = chain.from_iterable(service["volumes"] for service in SERVICES.values())
    here = {volume.split(":")[0] for volume in volumes if volume.startswith("./")}

    page = (ROOT / "docs" / "how-to" / "deploy.md").read_text("utf-8")

    lacking = {path for path in here if not (DEPLOY / path).exists()}
    assert {path for path in lacking if f"{path.removeprefix('./')}/" not in page} == set()


# The units.


@each_unit
def test_a_unit_runs_a_command_that_exists_where_the_how_to_installs_it(unit: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "install.md").read_text("utf-8")

    program, command = unit_of(unit)["ExecStart"].split()

    assert f"{program} --help" in page
    assert command in redbutton.commands


@each_unit
def test_a_unit_sets_variables_that_are_settings(unit: Path) -> None:
    told = dict(pair.split("=", 1) for pair in unit_of(unit)["Environment"].split())

    assert told.keys() - VARIABLES == set()


@each_unit
def test_a_unit_gets_longer_to_stop_than_it_takes_and_always_comes_back(unit: Path) -> None:
    service = unit_of(unit)

    assert int(service["TimeoutStopSec"]) > DRAIN
    assert service["Restart"] == "always"
    assert "StartLimitIntervalSec=0" in unit.read_text("utf-8")


@each_unit
def test_a_unit_writes_to_its_own_folder_alone(unit: Path) -> None:
    service = unit_of(unit)
    made = {f"/var/lib/{name}" for name in service["StateDirectory"].split()}

    assert service["ProtectSystem"] == "strict"
    assert service["WorkingDirectory"] in made
    assert "ReadWritePaths" not in service


def test_each_bot_of_the_template_has_a_folder_and_a_port_of_its_own() -> None:
    text = UNITS[1].read_text("utf-8").replace("%i", "2")

    told = dict(re.findall(r"(REDBUTTON_\w+)=(\S+)", text))

    assert "redbutton/2" in text
    assert (told["REDBUTTON_VAR"], told["REDBUTTON_PORT"]) == ("/var/lib/redbutton/2", "3002")


def test_the_units_differ_only_in_what_each_bot_has_for_itself() -> None:
    one, template = (path.read_text("utf-8").splitlines()[1:] for path in UNITS)

    pairs = zip(one, template, strict=True)

    differing = [a.partition("=")[0] for a, b in pairs if a != b]
    assert differing == ["Description", "Environment", "StateDirectory"]


# The page.


def test_the_roles_that_the_how_to_prints_are_those_that_compose_makes() -> None:
    page = (ROOT / "docs" / "how-to" / "deploy.md").read_text("utf-8")
    [block] = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)

    assert block in (DEPLOY / "roles.sql").read_text("utf-8")


def test_the_how_to_tells_how_many_connections_a_bot_may_take() -> None:
    page = (ROOT / "docs" / "how-to" / "deploy.md").read_text("utf-8")
    engine_and_lease = 8

    what_others_hear = 1
    most = WRITERS + 1 + READERS + engine_and_lease + what_others_hear

    assert f"never more than {most}," in page
