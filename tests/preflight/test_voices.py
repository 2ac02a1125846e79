"""Voices for what menus say."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.errors import StartError
from softswitch.preflight.examining import examine
from tests.preflight.lines import ANNA, tree, written


def test_a_language_nobody_speaks(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office")
    place.write_text(
        place.read_text(encoding="utf-8").replace("- hangup", '- say: "Hello"'), encoding="utf-8"
    )
    config = written(file, f"{ANNA}trees: [office.yaml]\nspeech: {{chains: {{en: [exec]}}}}\n")
    found = examine(config)
    assert found.obstacles == (
        "there is no voice for the language 'en', which the menu 'office' speaks "
        "(exec: no command is configured)",
    )
    with pytest.raises(StartError, match="there is no voice"):
        found.refuse()


def test_a_voice_nobody_has_is_a_warning_with_its_line(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office")
    said = '- say: {text: "Hello", voice: Nobody}\n    - say: {text: "Bye", voice: Nobody}\n    - hangup'
    place.write_text(place.read_text(encoding="utf-8").replace("- hangup", said), encoding="utf-8")
    found = examine(written(file, f"{ANNA}trees: [office.yaml]\nspeech: {{chains: {{en: [espeak]}}}}\n"))
    assert [str(warning) for warning in found.warnings] == [
        f"{place} line 7: branch a step 1 (say): no engine has a voice 'Nobody' for the language 'en': "
        "another speaks"
    ]
    found.refuse()
