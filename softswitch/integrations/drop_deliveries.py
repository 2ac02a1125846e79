"""What is put into the outbox for a recording: its file, and a little later the list of what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import PurePosixPath
from typing import Final

from softswitch.integrations.drop_config import DropConfig
from softswitch.outbox.messages import Dropped, ManifestDue, Withdrawn, written
from softswitch.outbox.model import Delivery

TRIED_FOR: Final = timedelta(days=14)
"""A server may be down over a holiday, and the recording is not to be lost for it."""

SLOT: Final = timedelta(minutes=5)
"""The list follows so much later at the latest: once for all recordings of that time."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finished recording: its file below the folder of recordings, its hash, and whose talk it is."""

    recording: str
    path: str
    sha256: str
    call: str
    began: datetime
    queue: str = ""
    agent: str = ""
    caller: str = ""
    called: str = ""
    part: int = 1


def lane_of(drop: str) -> str:
    """Return the channel of a drop, which is its lane, too."""
    return f"drop:{drop}"


def deliveries(
    drops: Mapping[str, DropConfig], recorded: Recorded, now: datetime, zone: tzinfo
) -> Sequence[Delivery]:
    """Return what is due for a recording at every drop that wants it; ``zone`` is that of dates in names."""
    made: list[Delivery] = []
    for name, config in drops.items():
        if config.queues and recorded.queue not in config.queues:
            continue
        lane = lane_of(name)
        body = written(
            Dropped(recorded.path, recorded.sha256, _values(recorded, zone), _due(now).isoformat())
        )
        key = f"{lane}:{recorded.recording}"
        made.append(Delivery(key, lane, body, expires=now + TRIED_FOR, lane=lane))
        if config.manifest:
            made.append(_listed(lane, now))
    return made


def withdrawals(
    drops: Mapping[str, DropConfig], recorded: Recorded, why: str, now: datetime, zone: tzinfo
) -> Sequence[Delivery]:
    """Return what is due for a recording that was erased, at the drops that follow that."""
    made: list[Delivery] = []
    for name, config in drops.items():
        if not config.erase_too or (config.queues and recorded.queue not in config.queues):
            continue
        lane = lane_of(name)
        body = written(Withdrawn(recorded.sha256, _values(recorded, zone), why, _due(now).isoformat()))
        key = f"{lane}:{recorded.recording}:erased"
        made.append(Delivery(key, lane, body, expires=now + TRIED_FOR, lane=lane))
        if config.manifest:
            made.append(_listed(lane, now))
    return made


def _listed(lane: str, now: datetime) -> Delivery:
    """Return the delivery of the list: one for all of a time, since a key is written once."""
    due = _due(now)
    # The day before, too: what came in at midnight stands in yesterday's list.
    day = (now.astimezone(UTC) - timedelta(days=1)).date().isoformat()
    # In no lane: it would keep the recordings behind it waiting until it is due.
    key = f"{lane}:list:{due:%Y%m%dT%H%M}"
    return Delivery(key, lane, written(ManifestDue(day)), due=due, expires=now + TRIED_FOR)


def _due(now: datetime) -> datetime:
    """Return when the list of this time goes out."""
    slot = int(now.timestamp() // SLOT.total_seconds()) + 1
    return datetime.fromtimestamp(slot * SLOT.total_seconds(), UTC)


def _values(recorded: Recorded, zone: tzinfo) -> dict[str, str]:
    began = recorded.began.astimezone(zone)
    return {
        "date": f"{began:%Y-%m-%d}",
        "time": f"{began:%H-%M-%S}",
        "queue": recorded.queue,
        "agent": recorded.agent,
        "caller": recorded.caller,
        "called": recorded.called,
        "call": recorded.call,
        "recording": recorded.recording,
        "number": str(recorded.part),
        "format": PurePosixPath(recorded.path).suffix.removeprefix("."),
    }
