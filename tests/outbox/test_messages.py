from __future__ import annotations

import pytest

from softswitch.outbox.messages import Attachment, Mail, Sms, mails, read, written
from softswitch.outbox.model import Refused

MAIL = Mail(("a@example.com", "b@example.com", "a@example.com"), "x", "y", attachments=(Attachment("z"),))


def test_a_message_is_read_as_it_was_written() -> None:
    assert read(written(MAIL), Mail) == MAIL


def test_what_is_no_message_never_will_be() -> None:
    with pytest.raises(Refused, match="no Sms"):
        read(written(MAIL), Sms)


def test_each_who_gets_a_mail_has_a_delivery_once() -> None:
    made = mails("k", "mail:support", MAIL)
    assert [one.key for one in made] == ["k:a@example.com", "k:b@example.com"]
    assert [read(one.body, Mail).only for one in made] == ["a@example.com", "b@example.com"]
    assert {read(one.body, Mail).to for one in made} == {MAIL.to}


def test_a_mail_to_one_keeps_its_key() -> None:
    [made] = mails("k", "mail:support", Mail(("a@example.com",), "x", "y"))
    assert made.key == "k"
