"""What callers chose before, as menus see it."""

from __future__ import annotations

from pathlib import Path

from softswitch.calls.tongue import AS_IT_COMES, Tongue
from softswitch.crm.choices import CallerChoices
from softswitch.crm.numbers import Numbers
from softswitch.storage.choice_store import ChoiceStore
from softswitch.storage.database import Database
from softswitch.tree_memory import TreeMemory
from softswitch.trunks.numbers import Numbering
from tests.fakes.clock import FakeClock


async def test_n27_numbers_and_accounts_are_remembered_and_hidden_ones_never(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path / 'switch.db'}")
    clock, numbers = FakeClock(), Numbers(Numbering("PL"), "PL")
    memory = TreeMemory(CallerChoices(ChoiceStore(database, clock), numbers.normal, clock))
    assert memory.of("600 100 200") == AS_IT_COMES
    assert memory.keep("600 100 200", language="en")
    assert memory.keep("+48600100200", pace=0.7)
    assert memory.of("0048600100200") == Tongue("en", 0.7)
    assert memory.keep("1001", language="uk")
    assert memory.of("1001") == Tongue("uk")
    for hidden in ("anonymous", "Restricted", ""):
        assert not memory.keep(hidden, language="en")
        assert memory.of(hidden) == AS_IT_COMES
    await database.close()
