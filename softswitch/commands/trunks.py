"""``softswitch trunks``: how the lines to the outside are at this moment; for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from softswitch.calls.why import POLISH
from softswitch.commands.records import View
from softswitch.narration import printable
from softswitch.words import Both, word

NOT_FOUND: Final = "not found"
"""How a trunk is of which no server is known: DNS has said nothing, yet or ever."""
STATES: Final[dict[str, Both]] = {
    "up": ("answers", "odpowiada"),
    "suspect": ("missed an answer", "raz nie odpowiedział"),
    "down": ("does not answer", "nie odpowiada"),
    "unknown": ("not asked", "nie pytano"),
    NOT_FOUND: ("not found", "nie znaleziono"),
}
TITLES: Final[tuple[Both, ...]] = (
    ("trunk", "trunk"),
    ("server", "serwer"),
    ("state", "stan"),
    ("round trip", "tam i z powrotem"),
    ("registered until", "rejestracja do"),
    ("calls out", "połączeń wychodzących"),
    ("trouble", "kłopot"),
)


@dataclass(frozen=True, slots=True)
class TrunkServer:
    """One server of a trunk.

    ``state`` is ``up``, ``down``, ``suspect`` or ``unknown``, ``round_trip_ms`` -1 for none measured,
    ``registered_until`` ISO 8601 with a zone, "" where we are not registered, ``trouble`` why it is not up.
    """

    address: str
    transport: str
    state: str
    round_trip_ms: float
    registered_until: str
    trouble: str


@dataclass(frozen=True, slots=True)
class TrunkState:
    """A trunk as the running switch tells of it; ``calls`` of ``most_calls`` go out over it now.

    ``trouble`` is why it is not registered, or why a server of it is not found, "" for neither.
    """

    name: str
    host: str
    registers: bool
    calls: int
    most_calls: int
    trouble: str
    servers: tuple[TrunkServer, ...]


def show_trunks(trunks: Sequence[TrunkState], *, view: View) -> RenderableType:
    """Return how the trunks are, a line for each server; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return msgspec.json.format(msgspec.json.encode(trunks), indent=2).decode()
    polish = view.language == POLISH
    if not trunks:
        return Text("Ta linia nie ma trunków." if polish else "This line has no trunk.")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in TITLES:
        table.add_column(title[polish], overflow="fold")
    for trunk in trunks:
        for row in _rows(trunk, view):
            table.add_row(*(Text(printable(cell)) for cell in row))
    return table


def _rows(trunk: TrunkState, view: View) -> Iterator[tuple[str, ...]]:
    """Yield a line for each server; what is of the whole trunk stands in the first."""
    calls, said = f"{trunk.calls} / {trunk.most_calls}", word(trunk.trouble, view.language)
    if not trunk.servers:
        yield (
            trunk.name,
            trunk.host,
            STATES[NOT_FOUND][view.language == POLISH],
            "-",
            _until("", trunk, view),
            calls,
            said,
        )
    for number, server in enumerate(trunk.servers):
        time = f"{server.round_trip_ms:.0f} ms" if server.round_trip_ms >= 0 else "-"
        trouble = word(server.trouble, view.language) or ("" if number else said)
        yield (
            "" if number else trunk.name,
            f"{server.address} ({server.transport})",
            STATES[server.state][view.language == POLISH],
            time,
            _until(server.registered_until, trunk, view),
            "" if number else calls,
            trouble,
        )


def _until(moment: str, trunk: TrunkState, view: View) -> str:
    if moment:
        return datetime.fromisoformat(moment).astimezone(view.zone).strftime("%H:%M:%S")
    if not trunk.registers:
        return "-"
    return "nie" if view.language == POLISH else "no"
