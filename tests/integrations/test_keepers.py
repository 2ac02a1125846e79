"""Keepers that another system names, asked over real sockets."""

from __future__ import annotations

import asyncio
import logging

import pytest

from softswitch.crm.config import CustomersConfig
from softswitch.integrations.connections import Connections
from softswitch.integrations.http_config import ConnectionConfig
from softswitch.integrations.keepers import KeepersElsewhere, keeper_faults
from tests.integrations.servers import Server, client, serving


def connection(url: str) -> ConnectionConfig:
    answer = {"KEEPER": {"path": "$.agent.login", "default": ""}}
    return ConnectionConfig.model_validate(
        {"url": f"{url}/keeper?phone={{{{CALL.SRC_NUMBER}}}}", "answer": answer}
    )


async def asked(server: Server, limit_s: float = 5.0) -> str:
    async with client() as http:
        connections = Connections({"crm": connection(server.url)}, http)
        keepers = KeepersElsewhere(
            connections,
            "crm",
            {"a.nowak": "1001"},
            is_account=lambda account: account in ("1001", "1002"),
            limit_s=limit_s,
        )
        return await keepers.keeper("+48600100200")


@pytest.mark.parametrize(
    ("body", "account"),
    [
        (b'{"agent": {"login": "1002"}}', "1002"),
        (b'{"agent": {"login": "a.nowak"}}', "1001"),
        (b'{"agent": {"login": "somebody"}}', ""),
        (b'{"agent": null}', ""),
        (b"{}", ""),
        (b"no json", ""),
    ],
)
async def test_whom_the_other_system_names(body: bytes, account: str) -> None:
    async with serving() as server:
        server.answers = [(200, body, {"Content-Type": "application/json"})]
        assert await asked(server) == account
        assert server.asked[0].query["phone"] == "+48600100200"


async def test_one_that_does_not_answer_is_left_after_the_limit(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as server:
        server.gate = asyncio.Event()
        with caplog.at_level(logging.WARNING):
            assert await asked(server, limit_s=0.1) == ""
        assert "no whole answer within 0.1 s" in caplog.text
        assert "600100200" not in caplog.text
        server.gate.set()
        server.answers = [(503, b"", {})]
        assert await asked(server) == ""


def faults(keeper: object, **connections: ConnectionConfig) -> list[str]:
    customers = CustomersConfig.model_validate({"keeper": keeper})
    return [reason for _, reason in keeper_faults(customers, connections, {"1001": None})]


def test_what_is_wrong_is_said_before_anybody_calls() -> None:
    right = connection("https://crm.example")
    assert faults(None) == []
    assert faults({"connection": "crm", "accounts": {"a.nowak": "1001"}}, crm=right) == []
    assert faults({"connection": "erp"}, crm=right) == ["there is no connection erp, only crm"]
    silent = right.model_copy(update={"answer": {}})
    assert faults({"connection": "crm"}, crm=silent) == [
        "the answer of crm gives no KEEPER: say where it stands"
    ]
    assert faults({"connection": "crm", "accounts": {"x": "9"}}, crm=right) == ["there is no account 9"]
