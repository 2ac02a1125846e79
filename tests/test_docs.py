"""What the pages tell people to write is what the switch takes: every YAML block passes the check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from softswitch import ports
from softswitch.config import Config, load_config
from softswitch.preflight import examine

DOCS = Path(__file__).parent.parent / "docs"
ACTIONS = "actions.md"
"""Its blocks are steps of menus, which tests/ivr/test_catalogue.py looks at."""
WHOLE = ("trunks.md", "configuration.md")
"""Pages whose first block (of all settings: every block) can be started as it stands."""

MENU = "tree: bank\nlanguage: en\nnumbers: [500]\nstart: a\nbranches:\n  a:\n    - hangup\n"
TRUNK = {"host": "sip.provider.example", "number": "+48221234567"}
AROUND: dict[str, Any] = {
    "accounts": {str(user): {"password": "choose-a-long-one"} for user in range(1001, 1006)},
    "trunks": dict.fromkeys(("provider", "german", "a", "b"), TRUNK),
}
"""What the parts of a file that a page shows may speak of."""

Block = tuple[str, int, str]


def blocks() -> Iterator[Block]:
    """Yield page, line and text of every YAML block."""
    for page in sorted(DOCS.glob("*.md")):
        if page.name == ACTIONS:
            continue
        text = page.read_text(encoding="utf-8")
        for found in re.finditer(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            yield page.name, text[: found.start()].count("\n") + 2, found[1]


BLOCKS = list(blocks())
WHOLE_BLOCKS = [
    block for block in BLOCKS if block[0] == WHOLE[1] or block == next(b for b in BLOCKS if b[0] == WHOLE[0])
]


def named(block: Block) -> str:
    return f"{block[0]}:{block[1]}"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ports, "overlap", lambda first, last: None)
    return tmp_path / "softswitch.yaml"


def faults(config: Config) -> list[str]:
    """Return the faults but those of files that only the reader has."""
    return [str(one) for one in examine(config).faults if "No such file" not in str(one)]


def test_there_are_blocks_to_look_at() -> None:
    assert {page for page, _, _ in BLOCKS} >= {"trunks.md", "features.md", "presence.md", "configuration.md"}


@pytest.mark.parametrize("block", WHOLE_BLOCKS, ids=named)
def test_a_whole_file_passes_as_it_stands(block: Block, place: Path) -> None:
    place.write_text(block[2], encoding="utf-8")
    assert faults(load_config(place)) == []


@pytest.mark.parametrize("block", BLOCKS, ids=named)
def test_a_part_of_a_file_passes_with_what_it_speaks_of_around_it(block: Block, place: Path) -> None:
    data = yaml.safe_load(block[2])
    for name, known in AROUND.items():
        written = {str(key): value for key, value in (data.get(name) or {}).items()}
        data[name] = {**known, **written}
    if "group: sales" not in block[2]:
        data["accounts"]["1005"] = {"password": "choose-a-long-one", "outside": {"group": "sales"}}
    data.setdefault("trees", ["bank.yaml"])
    (place.parent / "bank.yaml").write_text(MENU, encoding="utf-8")
    place.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    assert faults(load_config(place)) == []


def anchors(page: Path) -> set[str]:
    """Return what a link may name behind its ``#``: the headings, as they are made into anchors."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8"))
    for place, anchor in links:
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), place
        assert not anchor or anchor in anchors(target), anchor
