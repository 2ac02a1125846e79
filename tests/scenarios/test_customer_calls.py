"""Customers and real calls: the real switch and engine, our own telephone, the commands beside them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from softswitch.events import CallEnded
from tests.cli.running import run
from tests.fakes.patience import PATIENCE
from tests.scenarios.test_demo_line import demo_line, phone

PEOPLE = "nr klienta;nazwisko;telefon\nA1;Żółć;1001\n"


async def typed(home: Path, *words: str) -> str:
    """Run a command beside the switch."""
    result = await asyncio.to_thread(run, "customers", *words, "--config", home)
    assert result.exit_code == 0, result.output
    return result.output


async def shown(home: Path, contacts: int) -> dict[str, Any]:
    """Return the customer as soon as so many contacts are there: they are written a moment after the call."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told: dict[str, Any] = json.loads(await typed(home, "show", "A1", "--json"))
            if len(told["contacts"]) >= contacts:
                return told


async def test_p06_who_calls_is_known_from_the_very_next_call(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    async with demo_line(tmp_path) as line:
        # Before anybody knew: that call is found by its number, too.
        assert (await phone(line, "call:100", "wait:1", "hangup"))[0]
        await line.until(CallEnded)
        # The history is written a moment later, and of whom it finds then.
        await line.switch.caught_up()
        assert "new customers: 1" in await typed(tmp_path, "import", str(file))
        assert (await phone(line, "call:100", "wait:1", "press:1", "wait:1", "hangup"))[0]
        await line.until(CallEnded)
        told = await shown(tmp_path, 2)
        last, first = told["contacts"]
        assert (last["number"], last["way"], last["result"]) == ("1001", "inner", "completed")
        assert (last["customer"], first["customer"]) == (told["id"], "")
        assert last["text"].startswith("demo: welcome")
        # And forgotten, while the switch runs: the calls stay.
        assert "Calls stay" in await typed(tmp_path, "erase", "A1", "--yes")
        assert json.loads(await typed(tmp_path, "find", "--json")) == []
