"""A line with phone features under test: four accounts, a parking, a room with a PIN."""

from __future__ import annotations

from pathlib import Path

from tests.peers.line import PASSWORD, DemoLine
from tests.peers.office import OfficeLine

PIN = "2468"
CONFIG = f"""\
accounts:
  1001: {{name: Anna, password: {PASSWORD}}}
  1002: {{name: Bartek, password: {PASSWORD}}}
  1003: {{name: Celina, password: {PASSWORD}}}
  1004: {{name: Dorota, password: {PASSWORD}, language: pl}}
media: {{workers: 1}}
parking: {{number: 700, slots: 701-703, recall_s: 60}}
rooms:
  8000: {{name: board, pin: {PIN}}}
"""


class FeaturesLine(OfficeLine):
    """A running ``softswitch run`` with :data:`CONFIG`."""

    def __init__(self, home: Path, port: int, *, log: Path) -> None:
        home.mkdir()
        self._config = home / "softswitch.yaml"
        self._config.write_text(CONFIG, encoding="utf-8")
        DemoLine.__init__(self, home, port, log=log)
