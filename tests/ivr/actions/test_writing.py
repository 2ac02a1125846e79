"""The steps ``sms`` and ``mail``: who gets them, once, and what becomes of those who cannot."""

from __future__ import annotations

import pytest

from softswitch.ivr.desks.post import Letter, NoPost, Sent
from softswitch.ivr.simulated.script import press, wait
from tests.ivr.outside import LANDLINE, MOBILE, calling, effects
from tests.ivr.written import HEADER, exits_of, problems_of

LINK = """
a:
  - sms: {{text: "Oferta: https://example.com/o?nr=%%number%%"{more}}}
  - goto: b
b: [say: "main menu"]
sorry: [say: "sorry"]
"""
ONCE = """
a:
  - sms: {text: "Link"}
  - menu: {prompt: "One.", keys: {1: a}, no_input: {repeat: 0}}
"""
ASKING = """
a:
  - sms: {text: "Link", ask_number: "Your mobile number?", no_mobile: sorry}
  - say: "{{VARIABLE.SMS_NUMBER|spell}}"
sorry: [say: "sorry"]
"""
MAIL = """
a:
  - mail: {{template: offer, mailbox: office{more}}}
  - say: "next"
none: [say: "none"]
broken: [say: "broken"]
"""


def test_t26_one_text_message_to_the_caller_and_the_call_goes_on():
    told = calling(LINK.format(more=""))
    (sms,) = effects(told, "sms")
    assert sms.facts["to"] == MOBILE
    assert sms.facts["text"] == f"Oferta: https://example.com/o?nr={MOBILE}"
    assert told.heard == ("main menu",)


def test_t26_without_a_way_on_the_call_ends_after_it():
    told = calling('a: [sms: {text: "Link"}]')
    assert len(effects(told, "sms")) == 1
    assert told.ended is not None


@pytest.mark.parametrize("caller", [LANDLINE, "", "1001", "+4860010020", "anonymous"])
def test_t26_a_landline_or_withheld_number_goes_another_way(caller):
    told = calling(LINK.format(more=", no_mobile: sorry"), caller=caller)
    assert not effects(told, "sms")
    assert told.heard == ("sorry",)
    assert exits_of(told, "sms") == [("no_mobile", "")]


def test_t26_without_such_a_way_it_hangs_up_for_a_named_reason():
    told = calling(LINK.format(more=""), caller=LANDLINE)
    assert told.reason == "the step ended in a way for which the tree has no branch"


@pytest.mark.parametrize(
    ("typed", "to"),
    [
        (["600100200"], MOBILE),
        (["600100200#"], MOBILE),
        (["221234567", "600100200"], MOBILE),
        (["12#", "600100200"], MOBILE),
        (["221234567", "221234567"], ""),
        ([], ""),
    ],
)
def test_t26_a_mobile_number_is_asked_for_where_that_is_wanted(typed, to):
    script = [item for digits in typed for item in (press(digits), wait(4))]
    told = calling(ASKING, *script, caller=LANDLINE)
    assert [one.facts["to"] for one in effects(told, "sms")] == ([to] if to else [])
    assert told.heard[-1] == ("6 0 0 1 0 0 2 0 0" if to else "sorry")


def test_t26_once_per_call_and_step_but_again_to_another_number():
    assert len(effects(calling(ONCE, press("1"), press("1")), "sms")) == 1
    again = """
    a:
      - sms: {text: "Link", ask_number: "Number?"}
      - menu: {prompt: "One.", keys: {1: a}, no_input: {repeat: 0}}
    """
    told = calling(
        again,
        *(press("600100200"), wait(4), press("1"), press("600100201")),
        *(wait(4), press("1"), press("600100200")),
        caller=LANDLINE,
    )
    assert [one.facts["to"] for one in effects(told, "sms")] == [MOBILE, "+48600100201"]


def test_t26_passed_again_a_step_sends_what_says_something_else():
    told = calling(
        """
        a: [menu: {prompt: "Address: one. Link: two.", keys: {1: address, 2: link}, no_input: {repeat: 0}}]
        address: [set: {name: what, value: Polna 1}, goto: send]
        link: [set: {name: what, value: "https://example.com"}, goto: send]
        send: [sms: {text: "{{VARIABLE.WHAT}}"}, goto: a]
        """,
        *(press("1"), press("2"), press("1")),
    )
    assert [one.facts["text"] for one in effects(told, "sms")] == ["Polna 1", "https://example.com"]


def test_t26_what_cannot_be_kept_is_not_promised():
    told = calling(LINK.format(more=", error: sorry, sent: b"), post={"works": False})
    assert told.heard == ("sorry",)
    assert exits_of(told, "sms") == [("error", "not_stored")]


def test_f06_a_template_of_its_own_for_each_choice():
    told = calling(
        """
        a: [menu: {prompt: "Returns: one.", keys: {1: returns, 2: hours}}]
        returns: [sms: {template: returns}, say: "sent"]
        hours: [sms: {template: hours}, say: "sent"]
        """,
        press("1"),
    )
    assert [one.facts["template"] for one in effects(told, "sms")] == ["returns"]


def test_f08_f10_the_link_goes_out_at_any_hour():
    told = calling(
        """
        a: [menu: {prompt: "Text message with a link: three.", keys: {3: link}}]
        link: [sms: {text: "https://example.com"}, say: "It is on its way."]
        """,
        press("3"),
        at="2026-01-05T23:00:00",
    )
    assert [one.facts["to"] for one in effects(told, "sms")] == [MOBILE]
    assert told.heard[-1] == "It is on its way."


def test_a_text_is_in_the_language_of_the_call():
    tree = 'a: [language: "{{CALL.ACCOUNT_LANGUAGE}}", sms: {text: {pl: "Dziękujemy", en: "Thank you"}}]'
    for language, text in (("pl", "Dziękujemy"), ("en", "Thank you"), ("", "Thank you")):
        told = calling(tree, language=language)
        assert effects(told, "sms")[0].facts["text"] == text


def test_what_was_typed_in_secret_leaves_the_call_in_no_message():
    told = calling(
        """
        a:
          - gather: {prompt: "PIN?", variable: pin, max: 4, sensitive: yes}
          - sms: {text: 'PIN {{VARIABLE.PIN|default:"-"}}'}
        """,
        press("4711"),
    )
    assert effects(told, "sms")[0].facts["text"] == "PIN -"


# Mails


def test_t24_one_mail_from_that_mailbox_and_the_call_goes_on():
    told = calling(MAIL.format(more=", to: jan@example.com"))
    (mail,) = effects(told, "mail")
    assert mail.facts == {"to": "jan@example.com", "from": "office", "template": "offer"}
    assert told.heard == ("next",)
    assert exits_of(told, "mail") == [("sent", "")]


def test_t24_without_a_way_on_the_call_ends_after_it():
    told = calling("a: [mail: {template: offer, to: jan@example.com}]")
    assert len(effects(told, "mail")) == 1
    assert told.reason == "the branch ended without a way on"


@pytest.mark.parametrize("to", ["", ', to: "{{VARIABLE.X}}"', ", to: nobody"])
def test_t24_nobody_to_write_to_has_a_way_of_its_own(to):
    told = calling(MAIL.format(more=f"{to}, no_address: none"))
    assert not effects(told, "mail")
    assert told.heard == ("none",)
    default = HEADER.replace("start:", "default_text: an unknown person\nstart:")
    assert calling(MAIL.format(more=f"{to}, no_address: none"), header=default).heard == ("none",)
    ended = calling(MAIL.format(more=to))
    assert ended.reason == "the step ended in a way for which the tree has no branch"


def test_t24_what_cannot_be_kept_is_not_promised():
    told = calling(MAIL.format(more=", to: jan@example.com, error: broken"), post={"works": False})
    assert told.heard == ("broken",)


# What is read, and what there is not


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("sms: {to: 600100200}", "one of text and template"),
        ("sms: {text: a, template: b}", "one of text and template"),
        ('sms: {text: "{{CALL.NUMBER}}"}', "unknown variable"),
        ("mail: {template: ''}", "template"),
        ("mail: {template: a, to: ''}", "empty"),
        ("mail: {template: a, no_address: bb}", "there is no branch 'bb'"),
    ],
)
def test_what_cannot_be_is_said_when_the_tree_is_read(step, fault):
    assert fault in "\n".join(problems_of(f"a: [{step}, hangup]"))


async def test_a_line_that_writes_to_nobody_says_so():
    post, letter = NoPost(), Letter("k", "jan@example.com", text="secret")
    assert not post.can_get_sms(MOBILE)
    for posted in (await post.sms(letter, lambda _: None), await post.mail(letter, lambda _: None)):
        assert (posted.how, posted.reason) == (Sent.ERROR, "no_sender")
    assert "jan" not in repr(letter)
    assert "secret" not in repr(letter)


def test_sums_and_days_are_written_as_they_are_read_in_the_language_of_the_call():
    tree = """
    a:
      - find_customer: {}
      - read_order: {text: "{{ORDER.TOTAL|amount}}", next: b, no_orders: b}
      - language: LANGUAGE
      - label: "{{ORDER.TOTAL|amount}}"
      - sms: "{{ORDER.TOTAL|amount}} {{ORDER.DATE|date}}"
    b: [hangup]
    """.replace(", next: b", "")
    order = {"number": "1", "total": "12345.5", "date": "2026-03-05"}
    customers = [{"id": "C", "numbers": [MOBILE], "orders": [order]}]
    for language, wanted in (("pl", "12 345,50 zł 5 marca 2026"), ("en", "PLN 12,345.50 5 March 2026")):
        told = calling(tree.replace("LANGUAGE", language), customers=customers)
        assert effects(told, "sms")[0].facts["text"] == wanted
        assert exits_of(told, "label")[0][1] == wanted.rpartition(" 5 ")[0]
