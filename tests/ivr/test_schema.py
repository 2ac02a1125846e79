"""The schema takes every tree that loads, and no misspelt name."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from softswitch.ivr.catalogue import pages
from softswitch.ivr.registry import ACTIONS
from softswitch.ivr.schema import tree_schema

ROOT = Path(__file__).resolve().parents[2]
TREES = sorted((ROOT / "ivr_trees").glob("**/*.yaml"))
SCHEMA = tree_schema()


def faults(text: str) -> list[str]:
    """Return what the schema says of a tree; keys of YAML are texts in JSON."""
    return [
        error.message for error in Draft202012Validator(SCHEMA).iter_errors(as_json(yaml.load(text, Editor)))
    ]


class Editor(yaml.SafeLoader):
    """Reads as editors do, by YAML 1.2: yes and no are texts."""


Editor.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if first in "tfTF" or tag != "tag:yaml.org,2002:bool"
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_json(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): as_json(one) for key, one in value.items()}
    return [as_json(one) for one in value] if isinstance(value, list) else value


def tree_with(step: str) -> str:
    return f"tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n  a:\n    {step}\n"


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", [path for path in TREES if "\ntree:" in "\n" + path.read_text()], ids=str)
def test_every_shipped_tree_is_good(path: Path) -> None:
    assert faults(path.read_text()) == []


@pytest.mark.parametrize("page", list(pages()), ids=lambda page: page.name)
def test_every_example_of_the_reference_is_good(page) -> None:
    assert faults(tree_with(page.example)) == []


@pytest.mark.parametrize("name", [name for name, action in ACTIONS.items() if action.bare_parameter])
def test_the_short_form_is_good_where_it_loads(name: str) -> None:
    action = ACTIONS[name]
    try:
        action.model_validate(action.expand("5"))
    except ValidationError:
        return  # A reader knows more than a schema can say.
    assert faults(tree_with(f"- {name}: '5'")) == []


@pytest.mark.parametrize(
    "step",
    ["- sya: Hello.", "- menu: {promt: Hi., keys: {1: a}}", "- goto", "- {say: Hello., goto: a}", "- 5"],
)
def test_what_cannot_be_is_underlined(step: str) -> None:
    assert faults(tree_with(step))


def test_a_misspelt_name_above_the_branches() -> None:
    assert faults(tree_with("- hangup").replace("numbers", "nubmers"))
