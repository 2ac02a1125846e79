"""What the tests of drops have in common: a line's folder with recordings, and what a channel is told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from softswitch.integrations.drop import DropChannel, Place
from softswitch.integrations.drop_config import DropConfig
from softswitch.integrations.manifest import Manifest
from softswitch.outbox.messages import Dropped, ManifestDue, written
from softswitch.outbox.model import Delivery
from tests.fakes.clock import FakeClock

LANE = "drop:archive"
SOUND = bytes(range(256)) * 400
"""A recording of 100 kB: several packets and blocks."""


@dataclass
class Line:
    """A line with recordings in its folder."""

    home: Path
    clock: FakeClock

    def recorded(self, number: int = 1, sound: bytes = SOUND) -> Delivery:
        """Write a recording and return its delivery."""
        path = f"recordings/{number}.wav"
        (self.home / "recordings").mkdir(parents=True, exist_ok=True)
        (self.home / path).write_bytes(sound)
        values = {
            "date": "2026-01-05",
            "queue": "sales",
            "call": f"01CALL{number}",
            "caller": "+48600100200",
            "format": "wav",
        }
        body = written(Dropped(path, hashlib.sha256(sound).hexdigest(), values))
        return Delivery(f"drop:archive:{number}", LANE, body, lane=LANE)

    def listing(self) -> Delivery:
        """Return the delivery of the manifest."""
        return Delivery("drop:archive:list:1", LANE, written(ManifestDue("2026-01-05")), lane=LANE)

    def channel(self, place: Place, **config: object) -> DropChannel:
        """Return a channel that drops at a place."""
        usual: dict[str, object] = {"s3": {"bucket": "abc", "access_key": "a", "secret_key": "b"}}
        return DropChannel(
            DropConfig.model_validate({**usual, "folder": "rec", **config}),
            place,
            files=self.home,
            manifest=Manifest(self.home / "drops" / "archive"),
            clock=self.clock,
        )


NAME = "2026-01-05/sales/01CALL1_+48600100200.wav"


def files(root: Path) -> dict[str, bytes]:
    """Return what lies below a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
