"""Every rule has a file, a name of its own and words in both languages."""

from __future__ import annotations

from pathlib import Path

from softswitch.ivr.lint import rules
from softswitch.ivr.lint.registry import RULES

FILES = sorted(Path(rules.__file__).parent.glob("[a-z]*.py"))


def test_every_file_of_rules_is_in_the_registry() -> None:
    modules = {rule.look.__module__.rpartition(".")[2] for rule in RULES}
    assert modules == {file.stem for file in FILES}


def test_names_are_unique_and_every_rule_says_what_it_wants() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.english.endswith(".")
        assert rule.polish.endswith(".")
        assert rule.english != rule.polish
