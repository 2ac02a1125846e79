"""What becomes of trees as a whole, as people read it."""

from __future__ import annotations

import pytest

from softswitch.events import Event, TreePublished, TreeRolledBack, TreeWithdrawn
from softswitch.narration.lines import told


@pytest.mark.parametrize(
    ("event", "english", "polish"),
    [
        (
            TreePublished("bank", 3, "ab" * 32, "anna"),
            "anna published version 3 of the menu bank (abababababab)",
            "anna publikuje wersję 3 menu bank (abababababab)",
        ),
        (
            TreePublished("bank", 3, "ab" * 32, "start"),
            "the menu bank was changed on the disk: version 3 (abababababab)",
            "menu bank zmieniono na dysku: wersja 3 (abababababab)",
        ),
        (
            TreePublished("bank", 1, "ab" * 32, "start"),
            "the menu bank is new (abababababab)",
            "menu bank jest nowe (abababababab)",
        ),
        (
            TreeRolledBack("bank", 4, 2, "ab" * 32, "anna"),
            "anna rolled the menu bank back to version 2, it is version 4 now",
            "anna przywraca wersję 2 menu bank, teraz to wersja 4",
        ),
        (
            TreeWithdrawn("bank", "anna"),
            "anna took the menu bank out of service",
            "anna wycofuje menu bank",
        ),
    ],
)
def test_sentences(event: Event, english: str, polish: str) -> None:
    assert told(event) == english
    assert told(event, "pl") == polish
