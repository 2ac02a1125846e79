"""What may stand under tickets."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.config import load_config
from softswitch.crm.ticket_model import Priority
from softswitch.errors import ConfigError


def test_queues_of_tickets(tmp_path: Path) -> None:
    path = tmp_path / "softswitch.yaml"
    path.write_text(
        "accounts: {1001: {password: secret-1}}\n"
        "tickets:\n"
        "  support: {name: Wsparcie, title: 'Call from %%number%%', priority: high, categories: [invoice]}\n"
        "  sales: {}\n",
        encoding="utf-8",
    )
    found = load_config(path).tickets
    assert (found["support"].priority, found["support"].categories) == (Priority.HIGH, ("invoice",))
    assert found["sales"].title == "Missed call from %%number%%"


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("title: 'Call from %%nubmer%%'", "there is no variable 'nubmer' for titles"),
        ("priority: huge", "'huge' is not one of"),
        ("categories: invoice", "a list is wanted here, such as [invoice]"),
    ],
)
def test_faults_are_told_with_their_line(tmp_path: Path, part: str, reason: str) -> None:
    path = tmp_path / "softswitch.yaml"
    path.write_text(f"accounts: {{1001: {{password: secret-1}}}}\ntickets:\n  support: {{{part}}}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert f"{path} line 3: " in str(caught.value)
    assert reason in str(caught.value)
