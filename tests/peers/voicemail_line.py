"""A line with voicemail under test: three people with boxes, a department, and a desk for requests."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.peers.line import DATABASE, PASSWORD, DemoLine
from tests.peers.office import OfficeLine

PIN = "4271"
TEAM = "8000"
DESK = "8100"
CONFIG = f"""\
accounts:
  1001: {{name: Anna, password: {PASSWORD}}}
  1002: {{name: Bartek, password: {PASSWORD}, language: pl}}
  1003: {{name: Celina, password: {PASSWORD}}}
media: {{workers: 1}}
# Nobody answers there: what is to be mailed stays in the outbox, where it can be looked at.
mail:
  office: {{host: 127.0.0.1, port: 9, security: none, from: office@example.com}}
voicemail:
  boxes:
    1002: {{pin: "{PIN}", mail: bartek@example.com, attach: mp3}}
    team: {{name: Sales, number: {TEAM}, lamps: [1003], unavailable: Speak now.}}
  requests:
    night: {{number: {DESK}, mail: night@example.com}}
  mail_by: office
"""


class VoicemailLine(OfficeLine):
    """A running ``softswitch run`` with :data:`CONFIG`."""

    def __init__(self, home: Path, port: int, *, log: Path) -> None:
        home.mkdir()
        self._config = home / "softswitch.yaml"
        self._config.write_text(CONFIG, encoding="utf-8")
        DemoLine.__init__(self, home, port, log=log)

    def posted(self) -> dict[str, str]:
        """Return what is to go out by mail: bodies by key."""
        with closing(sqlite3.connect(f"file:{self.home / DATABASE}?mode=ro", uri=True)) as database:
            return dict(database.execute("SELECT key, body FROM outbox").fetchall())
