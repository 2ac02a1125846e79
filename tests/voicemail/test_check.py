"""What is impossible in voicemail's configuration, though each part by itself is right."""

from __future__ import annotations

import pytest

from softswitch.voicemail.check import forward_faults, voicemail_faults
from softswitch.voicemail.config import VoicemailConfig

INSIDE = {"1001": "the account 1001", "600": "the queue sales"}


def faults(mailboxes: tuple[str, ...] | None = None, **parts: object) -> list[tuple[str, str]]:
    config = VoicemailConfig.model_validate(parts)
    claimed = {**INSIDE, "*45": "the agents' code log_in"}
    return [*voicemail_faults(config, people={"1001"}, claimed=claimed, inside=INSIDE, mailboxes=mailboxes)]


def test_what_is_right_has_no_faults() -> None:
    boxes = {"1001": {"keys": {"0": "600", "*": "listen"}, "mail": "a@b"}, "team": {"number": "800"}}
    assert faults(("office",), boxes=boxes, mail_by="office", requests={"desk": {"number": "801"}}) == []


@pytest.mark.parametrize(
    ("parts", "where", "reason"),
    [
        (
            {"boxes": {"a": {"number": "600"}}},
            "voicemail.boxes.a",
            "600 is also the number of",
        ),
        (
            {"boxes": {"a": {"number": "800"}}, "requests": {"r": {"number": "800"}}},
            "voicemail.requests.r",
            "800 is also the number of the box a",
        ),
        (
            {"boxes": {"a": {}}, "codes": {"own": "*45"}},
            "voicemail.codes.own",
            "*45 is also the number of the agents' code log_in",
        ),
        ({"boxes": {"a": {"lamps": ["1009"]}}}, "voicemail.boxes.a.lamps.0", "there is no account 1009"),
        ({"boxes": {"a": {"keys": {"0": "999"}}}}, "voicemail.boxes.a.keys.0", "999 is no number"),
        ({"boxes": {"a": {"mail": "a@b"}}}, "voicemail.boxes.a.mail", "nobody sends it"),
        ({"requests": {"r": {"mail": "a@b"}}}, "voicemail.requests.r.mail", "nobody sends it"),
        ({"mail_by": "offce"}, "voicemail.mail_by", "there is no mailbox offce"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(parts: dict[str, object], where: str, reason: str) -> None:
    ((place, told),) = faults(("office",), **parts)
    assert place == where
    assert told.startswith(reason)


def test_codes_of_a_line_without_boxes_are_in_nobodys_way() -> None:
    assert faults(codes={"own": "*45"}) == []


def test_who_forwards_to_his_box_needs_one() -> None:
    config = VoicemailConfig.model_validate({"boxes": ["1001"]})
    forwards = {"1001": {"busy": "voicemail"}, "1002": {"busy": "voicemail", "always": "1001"}}
    assert [where for where, _ in forward_faults(config, forwards)] == ["accounts.1002.forward.busy"]


def test_tickets_of_requests_go_where_there_is_a_queue_for_them() -> None:
    def found(**queues: object) -> list[tuple[str, str]]:
        desks = {"night": {"ticket": True}, "day": {"ticket": True, "ticket_queue": "office"}, "x": {}}
        config = VoicemailConfig.model_validate({"requests": desks})
        return [*voicemail_faults(config, people=(), claimed={}, inside=(), ticket_queues=queues)]

    assert found(night={}, office={}) == []
    assert [where for where, _ in found(night={})] == ["voicemail.requests.day.ticket"]
    ((_, reason),) = found(office={})
    assert reason == "there is no queue of tickets night: add it under tickets, or name another"
