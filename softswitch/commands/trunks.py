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

from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable
from softswitch.words import Both, word

NOT_FOUND: Final = "not found"
"""How a trunk is of which no server is known: DNS has said nothing, yet or ever."""
STATES: Final[dict[str, Both]] = {
    "up": ("answers", "odpowiada"),
    "suspect": ("doubtful", "niepewny"),
    "down": ("down", "nie działa"),
    "unknown": ("not asked", "nie pytano"),
    NOT_FOUND: ("not found", "nie znaleziono"),
}
TITLES: Final[tuple[Both, ...]] = (
    ("trunk", "trunk"),
    ("server", "serwer"),
    ("state", "stan"),
    ("registered", "rejestracja"),
    ("calls out", "wychodzące"),
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
    calls, trouble = f"{trunk.calls} / {trunk.most_calls}", word(trunk.trouble, view.language)
    if not trunk.servers:
        yield trunk.name, trunk.host, _state(NOT_FOUND, trouble, view), "-", calls
    for number, server in enumerate(trunk.servers):
        state = _state(server.state, word(server.trouble, view.language), view)
        if server.round_trip_ms >= 0:
            state += f", {server.round_trip_ms:.0f} ms"
        yield (
            "" if number else trunk.name,
            f"{server.address} {server.transport}",
            state,
            _registered(server, trunk, "" if number else trouble, view),
            "" if number else calls,
        )


def _state(state: str, trouble: str, view: View) -> str:
    return f"{STATES[state][view.language == POLISH]}{f': {trouble}' if trouble else ''}"


def _registered(server: TrunkServer, trunk: TrunkState, trouble: str, view: View) -> str:
    """Return until when we are registered there, else why not."""
    polish = view.language == POLISH
    if server.registered_until:
        until = datetime.fromisoformat(server.registered_until).astimezone(view.zone)
        return f"{'do' if polish else 'until'} {until:%H:%M:%S}"
    if not trunk.registers:
        return trouble or "-"
    return f"{'nie' if polish else 'no'}{f': {trouble}' if trouble else ''}"
