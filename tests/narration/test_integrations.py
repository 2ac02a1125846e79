"""What is said of hosts of others, in both languages."""

from __future__ import annotations

import pytest

from softswitch.events import HostBack, HostGivenUp
from softswitch.narration.lines import told

LINES = [
    (
        HostGivenUp("crm.example", "timed_out"),
        "crm.example is left alone for a while: no answer in time",
        "crm.example na razie nie będzie odpytywany: brak odpowiedzi w wyznaczonym czasie",
    ),
    (
        HostBack("crm.example", 61.2),
        "crm.example answers again after 61.2 s",
        "crm.example znów odpowiada po 61,2 s",
    ),
]


@pytest.mark.parametrize(("event", "english", "polish"), LINES)
def test_hosts_are_told_of_in_both_languages(event, english, polish):
    assert (told(event, "en"), told(event, "pl")) == (english, polish)
