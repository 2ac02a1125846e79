"""Voicemail joined with people, their lamps, the outbox and the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.config import Config
from softswitch.outbox.model import Delivery, State
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore
from softswitch.voicemail.upkeep import Sent
from softswitch.voicemail_room import OutboxPost, said_in_voicemail, with_boxes
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock


def config(**parts: object) -> Config:
    wishes = {"busy": "1001", "no_answer": {"to": "1002", "after": 9}}
    accounts = {
        "1001": {"password": "a-long-one", "name": "Anna"},
        "1002": {"password": "a-long-one", "language": "pl"},
        "1003": {
            "password": "a-long-one",
            "forward": wishes,
        },
    }
    return Config.model_validate({"accounts": accounts, "voicemail": parts})


def test_who_has_a_box_and_no_wish_is_sent_there() -> None:
    people = with_boxes(config(boxes={"1001": {"after": 12}, "1003": {"takes": ["busy", "no_answer"]}}))
    anna, celina = people["1001"].forward, people["1003"].forward
    assert (anna.busy, anna.unreachable, anna.always) == ("voicemail", "voicemail", None)
    assert anna.no_answer is not None
    assert (anna.no_answer.to, anna.no_answer.after) == ("voicemail", 12)
    # A wish of one's own goes before it.
    assert celina.busy == "1001"
    assert celina.no_answer is not None
    assert (celina.no_answer.to, celina.unreachable) == ("1002", None)
    assert people["1002"].forward.busy is None


@pytest.mark.parametrize(
    ("states", "sent"),
    [
        ([State.DELIVERED, State.DELIVERED], Sent.DELIVERED),
        ([State.DELIVERED, State.WAITING], Sent.WAITING),
        ([State.DELIVERED, State.REFUSED], Sent.FAILED),
        ([State.EXPIRED, State.WAITING], Sent.FAILED),
        ([], Sent.UNKNOWN),
    ],
)
async def test_what_has_become_of_mails(tmp_path: Path, states: list[State], sent: Sent) -> None:
    database = await Database.open(blank(tmp_path / "switch.db"))
    try:
        outbox = OutboxStore(database, FakeClock())
        keys = [f"k{number}" for number, _ in enumerate(states)]
        await outbox.post([Delivery(key, "mail:office", "{}") for key in keys])
        for key, state in zip(keys, states, strict=True):
            posted = await outbox.find(key)
            assert posted is not None
            if state is not State.WAITING:
                await outbox.settle(posted, state)
        assert await OutboxPost(outbox).sent(keys or ["gone"]) is sent
    finally:
        await database.close()


def test_what_is_said_is_known_before_the_first_caller() -> None:
    said = list(said_in_voicemail(config(boxes={"1001": {"unavailable": "We are out."}})))
    texts = {(one.language, one.text) for one in said}
    assert ("en", "We are out.") in texts
    assert ("pl", "Wiadomość została zapisana. Do widzenia.") in texts
    assert any(text.startswith("Anna cannot take your call.") for _, text in texts)
    assert not any("{" in text for _, text in texts)
    assert list(said_in_voicemail(config())) == []
