"""What looks like a secret leaves free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.scrubbing import scrub, scrubbed

# Put together here, so that no scanner of this repository takes them for real ones.
SLACK = "xoxb" + "-1234567890-abcdefghij"
ROTATED = "xoxe" + ".xoxp-1-abcdefghijkl"
APP = "xapp" + "-1-A0123-456-abcdef0123"
HOOK = "https://hooks.slack" + ".com/services/T0/B0/abcdef"
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
GITHUB = "ghp" + "_0123456789abcdefghijABCDEFGHIJ"
PRIVATE = "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIB\nAAAA\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        (SLACK, "a Slack token"),
        (ROTATED, "a Slack token"),
        (APP, "a Slack token"),
        (HOOK, "a Slack webhook"),
        (JWT, "a JWT"),
        ("rbt_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6", "a Redbutton token"),
        (AWS, "an AWS key"),
        (GITHUB, "a GitHub token"),
        (PRIVATE, "a private key"),
    ],
)
def test_what_has_the_shape_of_a_secret_is_replaced(secret: str, kind: str) -> None:
    assert scrub(f"see {secret} here") == f"see [removed: looks like {kind}] here"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abc.def-123456", "Authorization: Bearer [{} a bearer token]"),
        ("password=hunter2 now", "password=[{} a password] now"),
        ("PASSWORD: 'two words' now", "PASSWORD: [{} a password] now"),
        ('{"password": "hunter2"}', '{"password": [{} a password]}'),
        ("api_key=abc123&x=1", "api_key=[{} a secret]&x=1"),
        ("aws_secret_access_key = abc/123", "aws_secret_access_key = [{} a secret]"),
        ("postgres://bot:hunter2@db/app", "postgres://bot:[{} a password]@db/app"),
    ],
)
def test_what_follows_a_telling_word_is_replaced(text: str, shown: str) -> None:
    assert scrub(text) == shown.replace("{}", "removed: looks like")


def test_a_private_key_that_is_cut_off_is_replaced_to_its_end() -> None:
    assert scrub(PRIVATE[:-30]) == "[removed: looks like a private key]"


@pytest.mark.parametrize(
    "text",
    [
        "card testing seen at 12:30",
        "The token expired; the password was not changed.",
        "see https://example.com:8443/runs/1",
        "Bearer of bad news",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert scrub(text) == text


pieces = st.sampled_from(
    [SLACK, APP, JWT, AWS, PRIVATE, "password=", "Bearer ", "token = ", "://a:", "@", '"', " ", "x"]
)


@given(st.lists(pieces | st.text(max_size=5)).map("".join))
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


@given(st.text(), st.sampled_from([SLACK, JWT, AWS, PRIVATE]), st.text())
def test_a_secret_is_found_wherever_it_stands(before: str, secret: str, after: str) -> None:
    assert secret not in scrub(f"{before} {secret} {after}")


def test_strings_are_scrubbed_at_any_depth() -> None:
    tree = {"a": [SLACK, 1, (APP, None)], "b": {"c": SLACK}}

    assert scrubbed(tree) == {
        "a": [
            "[removed: looks like a Slack token]",
            1,
            ["[removed: looks like a Slack token]", None],
        ],
        "b": {"c": "[removed: looks like a Slack token]"},
    }
