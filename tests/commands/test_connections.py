"""A connection asked by hand."""

from __future__ import annotations

import pytest

from softswitch.commands.connections import BadVariable, Tried, read_variables, try_connection
from softswitch.integrations.connections import Connections
from softswitch.integrations.http_config import ConnectionConfig
from softswitch.ivr.expressions import Value
from tests.integrations.servers import client, serving


async def tried(part, answer, words=()):
    async with serving() as server, client() as http:
        server.answers = [answer]
        config = ConnectionConfig.model_validate({"url": server.url + "/{{CALL.SRC_NUMBER}}", **part})
        found = await try_connection(
            Connections({"crm": config}, http), "crm", read_variables(words), now=lambda: 0.0
        )
        return found, server.asked


async def test_the_status_and_the_variables_are_shown_and_secrets_are_not():
    part = {"answer": {"name": "$.name", "pin": {"path": "$.pin", "private": True}}}
    found, asked = await tried(part, (200, b'{"name": "Jan", "pin": "7531"}', {}), ["call.src_number=600"])
    assert found == Tried(("crm: status 200 after 0.0 s", "  NAME = Jan", "  PIN = ***"))
    assert asked[0].path == "/600"


async def test_a_failure_is_told_with_an_exit_code():
    found, _ = await tried({}, (404, b"", {}))
    assert found.code == 1
    assert found.lines[0].endswith("it answered with status 404")


@pytest.mark.parametrize("word", ["", "a", "=b"])
def test_a_variable_that_is_none_is_refused(word):
    with pytest.raises(BadVariable, match="NAME=VALUE"):
        read_variables([word])


def test_a_value_may_hold_anything():
    assert read_variables(["a=b=c", "B="]) == {"A": Value("b=c"), "B": Value("")}
