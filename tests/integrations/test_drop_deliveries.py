from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from softswitch.integrations.drop_config import DropConfig
from softswitch.integrations.drop_deliveries import SLOT, TRIED_FOR, Recorded, deliveries, withdrawals
from softswitch.integrations.drop_names import FIELDS
from softswitch.outbox.messages import Dropped, ManifestDue, Withdrawn, read
from tests.fakes.clock import START

WARSAW = ZoneInfo("Europe/Warsaw")
RECORDED = Recorded(
    "01REC",
    "recordings/2026/01/05/01REC.flac",
    "ab" * 32,
    "01CALL",
    START,
    "sales",
    "1001",
    "+48600100200",
    "300",
)


def drop(**changes: object) -> DropConfig:
    return DropConfig.model_validate({"ftp": {"host": "ftp.example.com"}, **changes})


def test_each_drop_gets_the_file_and_the_list_later() -> None:
    made = deliveries({"a": drop(), "b": drop(manifest=False)}, RECORDED, START, WARSAW)
    assert [one.key for one in made] == [
        "drop:a:01REC",
        "drop:a:list:20260105T0905",
        "drop:b:01REC",
    ]
    file, listing, _ = made
    assert (file.channel, file.lane, file.due) == ("drop:a", "drop:a", None)
    assert file.expires == START + TRIED_FOR
    assert read(file.body, Dropped) == Dropped(
        RECORDED.path,
        RECORDED.sha256,
        {
            "date": "2026-01-05",
            "time": "10-00-00",
            "queue": "sales",
            "agent": "1001",
            "caller": "+48600100200",
            "called": "300",
            "call": "01CALL",
            "recording": "01REC",
            "number": "1",
            "format": "flac",
        },
        listed_by="2026-01-05T09:05:00+00:00",
    )
    assert (listing.lane, listing.due) == ("", START + timedelta(minutes=5))
    assert read(listing.body, ManifestDue) == ManifestDue("2026-01-04")


def test_a_template_can_name_all_that_is_told_of_a_recording() -> None:
    [file, _] = deliveries({"a": drop()}, RECORDED, START, WARSAW)
    assert read(file.body, Dropped).values.keys() == FIELDS


def test_one_list_serves_all_of_its_time() -> None:
    def key(now: datetime) -> str:
        return deliveries({"a": drop()}, RECORDED, now, WARSAW)[1].key

    assert key(START) == key(START + SLOT - timedelta(seconds=1)) != key(START + SLOT)


def test_a_drop_of_some_queues_gets_theirs_alone() -> None:
    drops = {"a": drop(queues=["support"]), "b": drop(queues=["sales"])}
    assert {one.channel for one in deliveries(drops, RECORDED, START, WARSAW)} == {"drop:b"}


def test_what_is_erased_is_taken_away_where_that_is_wanted() -> None:
    drops = {"a": drop(), "b": drop(erase_too=True), "c": drop(erase_too=True, queues=["support"])}
    made = withdrawals(drops, RECORDED, "retention", START, WARSAW)
    assert [one.key for one in made] == ["drop:b:01REC:erased", "drop:b:list:20260105T0905"]
    assert read(made[0].body, Withdrawn).why == "retention"
