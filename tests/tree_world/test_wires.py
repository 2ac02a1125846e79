"""What menus ask other systems, on real servers: every method, every way it can fail."""

from __future__ import annotations

import json

import pytest

from softswitch.ivr.desks.wires import Question
from softswitch.ivr.simulated.script import press
from softswitch.tree_world.wires import read_own
from tests.integrations.servers import serving
from tests.tree_world.line import CALLER, line, walk

ORDERS = {
    "url": "{url}/orders?nr={{{{VARIABLE.ORDER}}}}",
    "answer": {"STATUS": "$.order.status", "PIN": {"path": "$.pin", "private": True, "default": ""}},
    "limit_s": 0.5,
}
NAMED = """
a:
  - gather: {prompt: "Order?", variable: order, max: 3}
  - request: {connection: orders, sets: [status], error: b}
  - say: "Status {{VARIABLE.STATUS}} {{VARIABLE.PIN}}"
b: [say: "error"]
"""
OUTAGE = """
a:
  - by_answer: {connection: orders, variable: status, branches: {7: b}, otherwise: c}
b: [say: "outage"]
c: [say: "default"]
"""


def orders(url):
    return {"connections": {"orders": {**ORDERS, "url": ORDERS["url"].format(url=url)}}}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_t25_each_method_with_headers_number_and_mapping(tmp_path, method):
    body = "" if method == "GET" else ', body: {from: "%%number%%", list: [1, "{{CALL.DST_NUMBER}}"]}'
    async with line(tmp_path) as here:
        here.other.answers = [(200, b'{"order": {"status": "w drodze"}}', {})]
        tree = f"""
        a:
          - request:
              {{url: "{here.other.url}/x/{{{{CALL.SRC_NUMBER}}}}", method: {method},
                headers: {{X-To: "{{{{CALL.DST_NUMBER}}}}"}}, answer: {{status: $.order.status}}{body}}}
          - say: "{{{{VARIABLE.STATUS}}}}"
        """
        told = await walk(here.office.desks, tree)
        assert told.heard == ["w drodze"]
        (asked,) = here.other.asked
        assert (asked.method, asked.path, asked.headers["X-To"]) == (method, f"/x/{CALLER}", "100")
        if method != "GET":
            assert json.loads(here.other.bodies[0]) == {"from": CALLER, "list": ["1", "100"]}


async def test_t25_p07_a_named_connection_and_its_secrets(tmp_path):
    async with line(tmp_path, orders) as here:
        here.other.answers = [(200, b'{"order": {"status": "sent"}, "pin": "4711"}', {})]
        told = await walk(here.office.desks, NAMED, press("123"))
        assert told.heard == ["Order?", "Status sent ***"]
        assert here.other.asked[0].query_string == "nr=123"
        assert here.office.connections.names == {"orders"}


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ((404, b"{}", {}), "status_refused 404"),
        ((500, b"{}", {}), "status_refused 500"),
        ((200, b"<html>", {}), "broken_answer"),
        ((200, b'{"order": {}}', {}), "broken_answer"),
    ],
)
async def test_t25_what_is_no_good_answer_goes_the_way_of_errors(tmp_path, answer, detail):
    async with line(tmp_path, orders) as here:
        here.other.answers = [answer]
        told = await walk(here.office.desks, NAMED, press("123"))
        assert told.heard[-1] == "error"
        assert [one.detail for one in told.events if getattr(one, "exit", "") == "error"] == [detail]


async def test_t25_t14_no_answer_in_time_is_an_error_and_the_default_way(tmp_path):
    async with line(tmp_path, orders) as here:

        async def never(request):
            await request.loop.create_future()

        here.other.answers = [never]
        told = await walk(here.office.desks, NAMED, press("123"))
        assert told.heard[-1] == "error"
        assert (await walk(here.office.desks, OUTAGE)).heard == ["default"]


async def test_t25_a_certificate_of_nobody_is_an_error(tmp_path, server_tls):
    async with serving(tls=server_tls) as strange, line(tmp_path) as here:
        own = {"url": strange.url.replace("http:", "https:"), "limit_s": 2.0}
        reply = await here.office.desks.wires.ask(Question(own=own), lambda _: None)
        assert reply.fault == "tls_refused"


@pytest.mark.parametrize(
    ("body", "heard"),
    [(b'{"order": {"status": 7}}', "outage"), (b'{"order": {"status": "abc"}}', "default"), (b"", "default")],
)
async def test_t14_the_answer_decides(tmp_path, body, heard):
    async with line(tmp_path, orders) as here:
        here.other.answers = [(200, body, {})]
        assert (await walk(here.office.desks, OUTAGE)).heard == [heard]


async def test_t25_a_body_may_be_json_with_numbers(tmp_path):
    async with line(tmp_path) as here:
        tree = f"""
        a: [request: {{url: "{here.other.url}", method: POST, body: '{{"n": 1, "from": "%%number%%"}}'}}]
        """
        assert (await walk(here.office.desks, tree)).exits == ["answered"]
        assert json.loads(here.other.bodies[0]) == {"n": 1, "from": CALLER}


async def test_t14_the_whole_answer_may_be_the_value(tmp_path):
    async with line(tmp_path) as here:
        here.other.answers = [(200, b"7", {})]
        tree = f"""
        a: [by_answer: {{url: "{here.other.url}", answer: {{x: $}}, branches: {{7: b}}}}]
        b: [say: "outage"]
        """
        assert (await walk(here.office.desks, tree)).heard == ["outage"]


async def test_what_is_not_there_and_what_cannot_be_read_is_a_fault_and_not_a_traceback(tmp_path):
    async with line(tmp_path) as here:
        wires = here.office.desks.wires
        assert (await wires.ask(Question("nope"), lambda _: None)).fault == "failed"
        assert (await wires.ask(Question(own={"url": "ftp://x"}), lambda _: None)).fault == "failed"
    assert read_own({"url": "https://a/"}) is read_own({"url": "https://a/"})
