"""What is refused in the configuration of requests, in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from softswitch.integrations.http_config import AuthConfig, ConnectionConfig, HttpConfig


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"url": "example.com"}, "begins with https"),
        ({"url": "https://{{CALL.SRC_NUMBER}}/"}, "host of an address is fixed"),
        ({"url": "https://x/{{"}, "braces"),
        ({"url": "https://x/", "method": "TRACE"}, "GET"),
        ({"url": "https://x/", "headers": {"Host": "y"}}, "set by the switch"),
        ({"url": "https://x/", "headers": {"X": "a\nb"}}, "control character"),
        ({"url": "https://x/", "headers": {"X": "y" * 9000}}, "more than 8000 letters"),
        ({"url": "https://x/", "body": {}}, "a GET has no body"),
        ({"url": "https://x/", "method": "POST", "body": '{"a": {{X}}}'}, "stands inside quotes"),
        ({"url": "https://x/", "method": "POST", "body": [], "body_type": "form"}, "names with their values"),
        ({"url": "https://x/", "method": "POST", "body": {}, "body_type": "text"}, "is a text"),
        ({"url": "https://x/", "limit_s": 600}, "less than or equal to 60"),
        ({"url": "https://x/", "answer": {"a": "status"}}, "begins with \\$"),
        ({"url": "https://x/", "answer": {"a b": "$.x"}}, "variable name"),
        ({"url": "https://x/", "answer": {"a": {"path": "$["}}}, "no path"),
        ({"url": "https://x/", "auth": {}}, "give one of"),
        ({"url": "https://x/", "auth": {"user": "u"}}, "belong together"),
        ({"url": "https://x/", "auth": {"user": "u:v", "password": "p"}}, "colon"),
        ({"url": "https://x/", "auth": {"key": "k"}}, "header or in a parameter"),
        ({"url": "https://x/", "auth": {"bearer": "b", "user": "u", "password": "p"}}, "give one of"),
        ({"url": "https://x/", "auth": {"header": "X", "key": "a\nb"}}, "control character"),
        ({"url": "https://x/", "nonsense": 1}, "Extra"),
    ],
)
def test_a_connection_that_cannot_work_is_refused(part, says):
    with pytest.raises(ValidationError, match=says):
        ConnectionConfig.model_validate(part)


def test_a_bare_path_will_do():
    config = ConnectionConfig.model_validate({"url": "https://x/", "answer": {"a": "$.x"}})
    assert config.answer["a"].path == "$.x"
    with pytest.raises(ValidationError):
        ConnectionConfig.model_validate({"url": "https://x/", "answer": ["$.x"]})


def test_entries_of_the_allow_list_are_checked():
    assert HttpConfig(allow=("10.0.0.0/8", "crm.local:8080")).allow
    with pytest.raises(ValidationError, match="no host or network"):
        HttpConfig(allow=("http://x",))


def test_files_lie_beside_the_configuration():
    config = HttpConfig(authorities=(Path("ca.pem"), Path("/etc/ca.pem")))
    assert config.placed(Path("/srv")).authorities == (Path("/srv/ca.pem"), Path("/etc/ca.pem"))


def test_no_secret_is_in_a_refusal():
    with pytest.raises(ValidationError) as caught:
        AuthConfig.model_validate({"header": "X", "key": "hush\n"})
    assert "hush" not in "".join(one["msg"] for one in caught.value.errors())
