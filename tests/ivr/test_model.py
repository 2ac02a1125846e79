import pytest

from softswitch.ivr.model import Action
from softswitch.ivr.registry import ACTIONS
from tests.ivr.written import tree_going_round, tree_of

TREE = """
a:
  - say: 'One.'
  - label: x
  - menu: {prompt: 'Q', keys: {1: b}}
b:
  - say: 'Before the jump.'
  - goto: a
c:
  - say: 'Before up.'
  - up
d:
  - say: 'Goodbye.'
  - hangup
e:
  - say: 'Connecting.'
  - dial: {target: 1, busy: a}
f:
  - say: 'The end.'
g:
  - say: 'Round.'
  - goto: h
h:
  - goto: g
i:
  - say: 'Type.'
  - gather: {variable: x, entered: d, not_entered: d}
"""


@pytest.mark.parametrize(
    ("branch", "wanted"),
    [
        ("a", True),
        ("b", True),
        ("c", True),
        ("d", False),
        ("e", False),
        ("f", False),
        ("g", False),
        ("i", True),
    ],
)
def test_whether_a_key_pressed_during_a_prompt_will_be_taken(branch, wanted):
    assert tree_of(TREE).key_is_wanted_after(branch, 0) is wanted


@pytest.mark.parametrize(
    ("branch", "parent"),
    [
        ("1", None),
        ("1-2", "1"),
        ("1-2-3", "1-2"),
        ("7-1", None),
        ("word-1", "word"),
        ("word", None),
        ("x", "1"),
    ],
)
def test_the_parent_a_tree_gives_a_branch(branch, parent):
    names = ("1", "1-2", "1-2-3", "7-1", "word", "word-1")
    branches = "\n".join(f"{name}: [up]" for name in names)
    tree = tree_going_round(f"a: [up]\n{branches}\nx: {{parent: 1, steps: [up]}}")
    assert tree.parent_of(branch) == parent


def test_the_line_of_a_parameter_or_the_nearest_above_it():
    step = tree_of("a:\n  - menu:\n      prompt: hi\n      keys:\n        1: a").branches["a"].steps[0]
    assert step.line == 7
    assert step.line_of("keys.1") == 10
    assert step.line_of("keys.9") == 9
    assert step.line_of("no_input.then") == 7


def test_no_action_overrides_its_own_machinery_with_a_parameter():
    taken = {name for name in vars(Action) if not name.startswith("_")}
    for name, action in ACTIONS.items():
        assert not taken & set(action.model_fields), name


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_describes_itself(name):
    action = ACTIONS[name]
    assert action.__doc__
    for field, info in action.model_fields.items():
        assert info.description, f"{name}.{field}"
    schema = action.model_json_schema()
    assert schema["additionalProperties"] is False
