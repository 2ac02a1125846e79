"""What the manual shows can be typed: every configuration and menu in it is one the switch takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from softswitch import ports
from softswitch.config import load_config
from softswitch.ivr.loader import read_trees
from softswitch.preflight import examine

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEPS = "actions.md"
"""Shows steps, which are no whole file; it is made from the steps themselves, which have tests."""

BLOCKS = [
    pytest.param(
        found[1], id=f"{page.name}-{page.read_text(encoding='utf-8')[: found.start()].count(chr(10))}"
    )
    for page in PAGES
    if page.name != STEPS
    for found in BLOCK.finditer(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("text", BLOCKS)
def test_what_is_shown_can_be_read(text: str, tmp_path: Path) -> None:
    file = tmp_path / "shown.yaml"
    file.write_text(text, encoding="utf-8")
    if "tree" in yaml.safe_load(text):
        trees, problems = read_trees([file])
        assert (len(trees), problems) == (1, [])
    else:
        assert load_config(file).path == str(file)


def test_the_shortest_line_to_a_provider_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "overlap", lambda first, last: None)
    page = (ROOT / "docs" / "trunks.md").read_text(encoding="utf-8")
    file = tmp_path / "softswitch.yaml"
    found = BLOCK.search(page, page.index("shortest line"))
    assert found is not None
    file.write_text(found[1], encoding="utf-8")
    judged = examine(load_config(file))
    assert (judged.faults, judged.warnings) == ((), ())
