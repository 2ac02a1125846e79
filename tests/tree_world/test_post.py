"""What menus send, through the outbox to real servers: once, and promised only when it is kept."""

from __future__ import annotations

import asyncio
import json

import pytest

from softswitch.crm.history_model import ContactKind
from softswitch.ivr.desks.post import Letter, Sent
from softswitch.ivr.expressions import Value
from softswitch.ivr.simulated.script import press
from softswitch.outbox.model import State
from softswitch.storage.contact_store import ContactStore
from softswitch.tree_world import post as module
from tests.tree_world.line import CALLER, line, until, walk

MAIL = """
a:
  - set: {name: topic, value: "Dach {{CALL.DST_NUMBER}}"}
  - gather: {prompt: "PIN?", variable: pin, max: 4, sensitive: yes}
  - mail: {template: offer, mailbox: office, to: "jan@example.com, ewa@example.com"}
  - say: "next"
"""
SMS = """
a:
  - set: {name: topic, value: "Oferta"}
  - sms: {template: link, no_mobile: b}
  - menu: {prompt: "One.", keys: {1: a}, no_input: {repeat: 0}}
b: [say: "no mobile"]
"""


async def test_t24_p16_one_mail_with_its_variables_filled_in(tmp_path):
    async with line(tmp_path) as here:
        told = await walk(here.office.desks, MAIL, press("4711"))
        assert told.heard[-1] == "next"
        await until(lambda: len(here.post.taken) == 2)
        assert sorted(person for one in here.post.taken for person in one.people) == [
            "ewa@example.com",
            "jan@example.com",
        ]
        mail = here.post.taken[0]
        assert mail.sender == "biuro@firma.pl"
        assert mail.mail["Subject"] == "Oferta dla"
        day = here.clock.wall().date().isoformat()
        # What was typed in secret leaves the call in no mail.
        assert mail.mail.get_content().strip() == f"{CALLER}, {day}: Dach 100 -"


async def test_t26_p15_one_text_message_also_where_the_step_is_passed_twice(tmp_path):
    async with line(tmp_path) as here:
        told = await walk(here.office.desks, SMS, press("1"), press("1"))
        assert told.exits.count("sent") == 3
        await until(lambda: bool(here.gateway.bodies))
        kept = await here.office.outbox.latest(channel="sms:main")
        assert len(kept) == 1
        (body,) = map(json.loads, here.gateway.bodies)
        assert body == {"to": CALLER, "text": "Oferta: https://example.com/C1"}
        await walk(here.office.desks, SMS, call="C2")
        await until(lambda: len(here.gateway.bodies) == 2)


AGAIN = """
a:
  - gather: {prompt: "Which?", variable: topic, max: 1, not_entered: b}
  - sms: {template: link, no_mobile: b}
  - mail: {template: offer, to: jan@example.com}
  - goto: a
b: [say: "done"]
"""


async def test_t24_t26_passed_again_a_step_sends_what_says_something_else(tmp_path):
    async with line(tmp_path) as here:
        told = await walk(here.office.desks, AGAIN, press("1"), press("2"), press("1"))
        assert told.exits.count("sent") == 6
        await until(lambda: len(here.gateway.bodies) == len(here.post.taken) == 2)
        texts = {json.loads(body)["text"].partition(":")[0] for body in here.gateway.bodies}
        assert texts == {"1", "2"}
        assert {one.mail.get_content().split()[-2] for one in here.post.taken} == {"1", "2"}
        assert len(await here.office.outbox.latest()) == 4


@pytest.mark.parametrize("caller", ["+48221234567", "", "anonymous", "1001", "+447700900123"])
async def test_t26_nothing_goes_to_landlines_withheld_numbers_and_abroad(tmp_path, caller):
    async with line(tmp_path) as here:
        told = await walk(here.office.desks, SMS, caller=caller)
        assert told.heard == ["no mobile"]
        assert await here.office.outbox.latest() == []


async def test_t26_f08_it_stands_with_its_call_and_in_the_history_of_whoever_gets_it(tmp_path):
    async with line(tmp_path) as here:
        await walk(here.office.desks, SMS, press("1"), press("1"))
        (sent,) = await here.office.messages.store.of_call("C1")
        assert (sent.message.number, sent.message.template, sent.message.sent_by) == (CALLER, "link", "menu")
        page = await ContactStore(here.database).history("", [CALLER])
        told = [(one.kind, one.text, one.reference) for one in page.contacts]
        assert told == [(ContactKind.SMS, "Oferta: https://example.com/C1", "C1")]
        (kept,) = await here.office.outbox.latest(channel="sms:main")
        # What the outbox counts by tells nobody's number.
        assert (kept.delivery.key, CALLER in kept.delivery.key) == (sent.message.key, False)


async def test_d19_t24_a_server_that_is_down_is_tried_again_and_the_promise_is_kept(tmp_path):
    async with line(tmp_path) as here:
        here.post.says["MAIL"] = ["451 later"]
        told = await walk(here.office.desks, MAIL.replace(", ewa@example.com", ""), press("4711"))
        assert told.exits[-2] == "sent"
        (posted,) = await here.office.outbox.latest()
        assert posted.state in (State.WAITING, State.SENDING)


async def test_t26_what_cannot_be_kept_is_not_promised(tmp_path, caplog):
    async with line(tmp_path) as here:

        async def broken(letter, *sent):
            raise OSError(f"disk full: {sent}")

        here.office.desks.post._keep_text = broken
        posted = await here.office.desks.post.sms(Letter("k", CALLER, text="secret"), lambda _: None)
        assert (posted.how, posted.reason) == (Sent.ERROR, "not_stored")
        assert "secret" not in caplog.text
        assert CALLER not in caplog.text


async def test_who_hangs_up_while_it_is_kept_gets_it_all_the_same(tmp_path):
    async with line(tmp_path) as here:
        post, gate = here.office.desks.post, asyncio.Event()
        keep = post._keep_text

        async def slow(*sent):
            await gate.wait()
            await keep(*sent)

        post._keep_text = slow
        sending = asyncio.create_task(post.sms(Letter("k", CALLER, text="Link"), lambda _: None))
        await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        gate.set()
        await until(lambda: bool(here.gateway.bodies))


async def test_a_database_that_takes_too_long_promises_nothing_and_sends_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "KEPT_WITHIN_S", 0.01)
    async with line(tmp_path) as here:
        post = here.office.desks.post

        async def forever(*sent):
            await asyncio.Event().wait()

        post._keep_text = forever
        posted = await post.sms(Letter("k", CALLER, text="Link"), lambda _: None)
        assert (posted.how, posted.reason) == (Sent.ERROR, "not_stored")


@pytest.mark.parametrize(
    ("letter", "kind", "reason"),
    [
        (Letter("k", CALLER, by="other", text="a"), "sms", "no_sender"),
        (Letter("k", CALLER, template="offer"), "sms", "no_template"),
        (Letter("k", CALLER, template="nope"), "sms", "no_template"),
        (Letter("k", CALLER, text="x" * 2000), "sms", "too_long"),
        (Letter("k", CALLER, text=" "), "sms", "empty"),
        (Letter("k", "a@b.pl", by="other", template="offer"), "mail", "no_sender"),
        (Letter("k", "a@b.pl", template="link"), "mail", "no_template"),
    ],
)
async def test_what_cannot_go_is_said_in_a_word(tmp_path, letter, kind, reason):
    async with line(tmp_path) as here:
        posted = await getattr(here.office.desks.post, kind)(letter, lambda _: None)
        assert (posted.how, posted.reason) == (Sent.ERROR, reason)
        assert await here.office.outbox.latest() == []


async def test_p18_names_that_mails_and_menus_call_differently_mean_the_same(tmp_path):
    known = {"CUSTOMER.COMPANY_NAME": "Dachy", "CUSTOMER.CUSTOM_FIELD.CITY": "Łódź", "ORDER.CURRENCY": "PLN"}
    names = ("CUSTOMER.COMPANY", "CUSTOMER.CUSTOM_FIELD.CITY", "ORDER.CURRENCY")
    template = {"sms": " ".join(f"{{{{{name}}}}}" for name in names)}
    async with line(tmp_path, lambda _: {"templates": {"all": template}}) as here:
        letter = Letter("k", CALLER, template="all", call="C1")
        values = {name: Value(text) for name, text in known.items()}
        assert (await here.office.desks.post.sms(letter, values.get)).how is Sent.SENT
        await until(lambda: bool(here.gateway.bodies))
        assert json.loads(here.gateway.bodies[0])["text"] == "Dachy Łódź PLN"
