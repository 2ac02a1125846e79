"""A line of one's own under test: accounts, one menu that echoes, and trunks."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.peers.line import LIFE_SECONDS, START_SECONDS, DemoLine
from tests.peers.programs import LOOPBACK, Program, require

MENU = "tree: office\nlanguage: en\nnumbers: [700]\nstart: a\nbranches:\n  a:\n    - echo: 30\n"
OURS = "+48221234567"
ACCOUNT_NUMBER = "+48221234501"
OUTSIDE_NUMBER = "600100200"


class OfficeLine(DemoLine):
    """A running ``softswitch run`` with the configuration ``outside`` (trunks, numbers, routes) in it."""

    def __init__(self, home: Path, port: int, *, log: Path, outside: str) -> None:
        home.mkdir()
        (home / "office.yaml").write_text(MENU, encoding="utf-8")
        self._config = home / "softswitch.yaml"
        self._config.write_text(
            "accounts:\n"
            f"  1001: {{name: Anna, password: peers-Pw-1, outside: {{number: {ACCOUNT_NUMBER}}}}}\n"
            "  1002: {name: Bartek, password: peers-Pw-1, outside: {calls: none}}\n"
            f"trees: [office.yaml]\nmedia: {{workers: 1}}\n{outside}",
            encoding="utf-8",
        )
        super().__init__(home, port, log=log)

    def _start(self) -> Program:
        program = Path(sys.executable).with_name("softswitch")
        argv = [
            require(str(program)),
            "run",
            "--config",
            str(self._config),
            "--bind",
            LOOPBACK,
            "--port",
            str(self.port),
        ]
        switch = Program(argv, log=self._log, life_seconds=LIFE_SECONDS)
        switch.wait_start(r"^ready$", START_SECONDS)
        return switch
