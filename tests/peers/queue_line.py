"""A line with queues under test: agents, people outside who call by a trunk, and menus beside the queues."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.peers.conftest import assert_faultless
from tests.peers.line import PASSWORD, DemoLine
from tests.peers.office import OfficeLine
from tests.peers.programs import LOOPBACK, Ports

AGENTS = ("1001", "1002", "1003", "1004")
INSIDE = ("2001", "2002", "2003")
TRUNK_PORTS = 60
"""From so many ports people outside call: a trunk is known by the addresses of its servers."""

FIRST_OF_OURS = 48_221_234_500
FIRST_OUTSIDE = 48_600_300_400
SURVEY, AWAY = "700", "701"
SURVEY_WORDS = "Were you content with us? Press one for yes, and two for no."
AWAY_WORDS = "You have left the line. Somebody will look after you soon."
MENU = (
    "tree: {name}\nlanguage: en\nnumbers: [{number}]\nstart: said\nbranches:\n  said:\n    - say: '{words}'\n"
)
MENUS = {"survey": (SURVEY, SURVEY_WORDS), "away": (AWAY, AWAY_WORDS)}


class QueueLine(OfficeLine):
    """A running ``softswitch run`` with ``queues``; each queue's own number outside is :meth:`number`."""

    def __init__(
        self,
        home: Path,
        port: int,
        *,
        log: Path,
        queues: Mapping[str, Mapping[str, object]],
        agents: Mapping[str, Mapping[str, object]],
        trunk_ports: Sequence[int],
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._trunk_ports = iter(trunk_ports)
        self._people = count(FIRST_OUTSIDE)
        self._numbers = {name: f"+{FIRST_OF_OURS + place}" for place, name in enumerate(queues)}
        for name, (menu, words) in MENUS.items():
            text = MENU.format(name=name, number=menu, words=words)
            (home / f"{name}.yaml").write_text(text, encoding="utf-8")
        first, *others = trunk_ports
        people = {user: {"name": f"name of {user}", "password": PASSWORD} for user in (*AGENTS, *INSIDE)}
        config = {
            "accounts": people,
            "media": {"workers": 1},
            "trees": [f"{name}.yaml" for name in MENUS],
            "trunks": {
                "outside": {
                    "host": LOOPBACK,
                    "port": first,
                    "failover": [f"{LOOPBACK}:{other}" for other in others],
                    "qualify": 0,
                    "number": f"+{FIRST_OF_OURS - 1}",
                }
            },
            "numbers": {number: name for name, number in self._numbers.items()},
            "queues": queues,
            "agents": agents,
        }
        self._config = home / "softswitch.yaml"
        # What is JSON is YAML.
        self._config.write_text(json.dumps(config, indent=1), encoding="utf-8")
        DemoLine.__init__(self, home, port, log=log)

    def somebody(self) -> str:
        """Return the number of somebody outside who has never called before."""
        return f"+{next(self._people)}"

    def trunk_port(self) -> int:
        """Return a port that people outside may call from, each once: no call is taken for another's."""
        return next(self._trunk_ports)

    def number(self, queue: str) -> str:
        """Return the number by which people outside reach a queue."""
        return self._numbers[queue]


@contextmanager
def queue_line(
    folder: Path,
    ports: Ports,
    queues: Mapping[str, Mapping[str, object]],
    agents: Mapping[str, Mapping[str, object]] | None = None,
) -> Iterator[QueueLine]:
    """Run such a line as long as the context lasts; at its end it must have met no fault of its own."""
    with ports.held(TRUNK_PORTS) as trunk_ports:
        line = QueueLine(
            folder / "home",
            ports.take(),
            log=folder / "switch.log",
            queues=queues,
            agents=agents or {},
            trunk_ports=trunk_ports,
        )
        try:
            yield line
        finally:
            line.close()
        assert_faultless(line)
