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
from softswitch.events import AgentOffered, PlaceTold, QueueAnswered, QueueEntered
from softswitch.ivr.lint.linting import lint_tree
from softswitch.ivr.loader import read_tree
from softswitch.ivr.proof.reading import read_suite
from softswitch.ivr.proof.running import run_test
from softswitch.narration.queues import WaitEvent, told_of_wait
from softswitch.preflight.examining import examine
from softswitch.queues.texts import Text, ahead, expected_wait, more_ahead, phrase, waited
from softswitch.queues.wait_range import SpokenWait

DOCS = Path(__file__).parent.parent / "docs"
ACTIONS = "actions.md"
"""Its blocks are steps of menus, which tests/ivr/test_catalogue.py looks at."""
TESTS = "tree-tests.md"
"""Its blocks are a menu, and tests of it."""
WHOLE = "configuration.md"
"""The page of which every block can be started as it stands."""
BEGUN_WHOLE = ("trunks.md", "queues.md", "schedules.md")
"""Pages of which the first block can be."""

MENU = "tree: bank\nlanguage: en\nnumbers: [500]\nstart: a\nbranches:\n  a:\n    - hangup\n"
TRUNK = {"host": "sip.provider.example", "number": "+48221234567"}
AROUND: dict[str, Any] = {
    "mail": {"office": {"host": "smtp.example.com", "from": "office@example.com"}},
    "accounts": {str(user): {"password": "choose-a-long-one"} for user in range(1001, 1006)},
    "trunks": dict.fromkeys(("provider", "german", "a", "b"), TRUNK),
}
"""What the parts of a file that a page shows may speak of."""

FIRST = "first-line.md"
"""Its blocks belong to one line, which tests/test_first_line.py puts together."""

Block = tuple[str, int, str]


def blocks() -> Iterator[Block]:
    """Yield page, line and text of every YAML block."""
    for page in sorted(DOCS.glob("*.md")):
        if page.name in (ACTIONS, FIRST):
            continue
        text = page.read_text(encoding="utf-8")
        for found in re.finditer(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            yield page.name, text[: found.start()].count("\n") + 2, found[1]


def is_tree(block: Block) -> bool:
    return block[2].startswith("tree:")


def is_suite(block: Block) -> bool:
    return block[0] == TESTS and not is_tree(block)


TREES = [block for block in blocks() if is_tree(block)]
SUITES = [block for block in blocks() if is_suite(block)]
BLOCKS = [block for block in blocks() if not is_tree(block) and not is_suite(block)]
WHOLE_BLOCKS = [
    *(block for block in BLOCKS if block[0] == WHOLE),
    *(next(block for block in BLOCKS if block[0] == page) for page in BEGUN_WHOLE),
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
    pages = {"trunks.md", "features.md", "presence.md", "configuration.md", "queues.md"}
    assert {page for page, _, _ in BLOCKS} >= pages
    assert {page for page, _, _ in TREES} == {"languages.md", "payments.md", "queues.md", TESTS}


@pytest.mark.parametrize("block", WHOLE_BLOCKS, ids=named)
def test_a_whole_file_passes_as_it_stands(block: Block, place: Path) -> None:
    place.write_text(block[2], encoding="utf-8")
    assert faults(load_config(place)) == []


@pytest.mark.parametrize("block", BLOCKS, ids=named)
def test_a_part_of_a_file_passes_with_what_it_speaks_of_around_it(block: Block, place: Path) -> None:
    # As the switch reads it: every value is text, also yes and on.
    data = yaml.load(block[2], yaml.BaseLoader)
    for name, known in AROUND.items():
        written = {str(key): value for key, value in (data.get(name) or {}).items()}
        data[name] = {**known, **written}
    if "group: sales" not in block[2]:
        data["accounts"]["1005"] = {"password": "choose-a-long-one", "outside": {"group": "sales"}}
    data.setdefault("trees", ["bank.yaml"])
    (place.parent / "bank.yaml").write_text(MENU, encoding="utf-8")
    place.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    assert faults(load_config(place)) == []


@pytest.mark.parametrize("block", TREES, ids=named)
def test_a_menu_can_be_served_and_leads_only_into_queues_of_its_page(block: Block) -> None:
    page = [yaml.load(text, yaml.BaseLoader) for name, _, text in BLOCKS if name == block[0]]
    queues = {queue for part in page for queue in part.get("queues", {})}
    # The page about tests shows a menu alone, without the line it belongs to.
    tree, problems = read_tree(block[2], DOCS / block[0], {"queue": queues} if queues else None)
    assert tree is not None
    assert [*map(str, problems), *map(str, lint_tree(tree))] == []


def queue_page() -> str:
    return (DOCS / "queues.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["pl", "en"])
def test_what_callers_of_queues_hear_is_what_the_page_says(language: str) -> None:
    said = [
        ahead(5, language),
        more_ahead(5, language),
        ahead(0, language),
        expected_wait(SpokenWait(120, 240, 1800), language),
        expected_wait(SpokenWait(1800, None, 1800), language),
        phrase(Text.CONNECTING, language),
    ]
    cells = {cell.strip() for line in queue_page().splitlines() for cell in line.split("|")}
    assert {one.text for one in said} <= cells
    assert waited(120, "en").text in queue_page()


@pytest.mark.parametrize(
    "event",
    [
        QueueEntered("sales", "+48600100200", 2, 5),
        PlaceTold("sales", 3.0, 2, 120, 240),
        AgentOffered("sales", "1002", 65.0, 0, 65.0, "longest_idle", ("1002", "1003", "1001"), 2, "skill"),
        QueueAnswered("sales", "1002", "b1", "+48600100200", 65.0, 4.0, 120, 240, 3.0),
    ],
    ids=lambda event: type(event).__name__,
)
def test_why_it_was_this_agent_is_told_as_the_page_says(event: WaitEvent) -> None:
    assert f"    {told_of_wait(event)[0]}\n" in queue_page()


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


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_every_file_of_ours_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"\bivr_trees/[\w/.-]*\w", page.read_text(encoding="utf-8")))
    assert {name for name in named if not (DOCS.parent / name).exists()} == set()


@pytest.mark.parametrize("block", SUITES, ids=lambda block: f"{block[0]}:{block[1]}")
def test_n03_the_tests_on_the_page_pass_on_its_menu(block: Block) -> None:
    (written,) = (text for page, _, text in TREES if page == TESTS)
    tree, problems = read_tree(written, Path("office.yaml"))
    suite, faults = read_suite(block[2], Path("office.tests.yaml"))
    assert (problems, faults) == ([], [])
    assert tree is not None
    assert suite is not None
    assert {test.name: run_test(tree, test).differences for test in suite.tests} == dict.fromkeys(
        (test.name for test in suite.tests), ()
    )
