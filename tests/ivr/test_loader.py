from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest

from softswitch.errors import ConfigError
from softswitch.events import PromptPlayed
from softswitch.ivr.actions.digits import Gather
from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.actions.speaking import Say
from softswitch.ivr.check import check_together
from softswitch.ivr.lint.linting import lint_trees
from softswitch.ivr.loader import load_tree, load_trees, read_tree, read_trees
from softswitch.ivr.simulate import DEFAULT_FACTS, simulate
from tests.ivr.written import problems_of, sound_file, tree_of

GOOD = """\
tree: bank
language: pl
numbers: ["+48221234567", 100]
start: gate
default_text: nieznane
branches:
  gate:
    - say: no
    - menu:
        prompt: "Karty: jeden."
        keys: {1: 010, 02: gate, "*": gate, "#": gate}
        barge_in: no
        no_input: {repeat: 010}
  010:
    parent: gate
    steps:
      - say: on
      - up
"""


def test_a_good_tree_is_read_as_it_is_written():
    tree, problems = read_tree(GOOD, Path("bank.yaml"))
    assert problems == []
    assert tree is not None
    assert (tree.name, tree.language, tree.start) == ("bank", "pl", "gate")
    assert tree.numbers == ("+48221234567", "100")
    assert tree.default_text == "nieznane"
    assert list(tree.branches) == ["gate", "010"]
    assert tree.branches["010"].parent == "gate"
    assert [step.line for step in tree.branches["gate"].steps] == [8, 9]


def test_words_and_numbers_of_yaml_1_1_are_mended():
    tree, _ = read_tree(GOOD, Path("bank.yaml"))
    say, menu = (step.action for step in tree.branches["gate"].steps)
    assert isinstance(say, Say)
    assert say.text == {"": "no"}
    assert isinstance(menu, Menu)
    assert menu.keys == {"1": "010", "02": "gate", "*": "gate", "#": "gate"}
    assert menu.barge_in is False
    assert menu.no_input.repeat == 10


NO_STEP = 'is no step: write an action with its parameters, such as - say: "Welcome to the office."'
NO_STEPS = 'is no list of steps: begin each with a dash, such as - say: "Welcome to the office."'
NO_BRANCHES = 'branches by name are wanted here, such as welcome: [say: "Welcome to the office."]'

FAULTS = [
    # branches, the problems
    ("a: [sai: hello]", ["t.yaml line 6: branch a step 1 (sai): unknown action; did you mean 'say'?"]),
    ("a: [frobnicate]", ["t.yaml line 6: branch a step 1 (frobnicate): unknown action"]),
    (
        "a:\n  - say: {text: hello, voise: ewa}",
        ["t.yaml line 7: branch a step 1 (say): unknown parameter 'voise'; did you mean 'voice'?"],
    ),
    (
        "a:\n  - menu:\n      prompt: hi\n      keys: {1: a}\n      no_input:\n        repaet: 2",
        [
            "t.yaml line 11: branch a step 1 (menu): "
            "no_input: unknown parameter 'repaet'; did you mean 'repeat'?"
        ],
    ),
    (
        "a:\n  - menu: {prompt: hi}",
        ["t.yaml line 7: branch a step 1 (menu): the parameter 'keys' is missing"],
    ),
    ("a:\n  - say:", ["t.yaml line 7: branch a step 1 (say): the parameter 'text' is missing"]),
    ("a: [say: '']", ["t.yaml line 6: branch a step 1 (say): the text is empty"]),
    (
        "a:\n  - menu:\n      prompt: hi\n      keys:\n        1: a\n        2: bb\nb: [hangup]",
        ["t.yaml line 11: branch a step 1 (menu): keys.2: there is no branch 'bb'; did you mean 'b'?"],
    ),
    (
        "a: [goto: booking]\nbookings: [up]",
        ["t.yaml line 6: branch a step 1 (goto): there is no branch 'booking'; did you mean 'bookings'?"],
    ),
    (
        "a:\n  - menu:\n      prompt: hi\n      keys: {1: a}\n      no_match:\n        then: x",
        ["t.yaml line 11: branch a step 1 (menu): no_match.then: there is no branch 'x'"],
    ),
    (
        'a:\n  - menu:\n      prompt: hi\n      keys:\n        1: a\n        "1": a',
        ["t.yaml line 11: branch a step 1 (menu): '1' is written twice (first on line 10)"],
    ),
    ("a: [hangup]\na: [hangup]", ["t.yaml line 7: branches: 'a' is written twice (first on line 6)"]),
    ("a:", ["t.yaml line 6: branch a: the branch is empty"]),
    ("a: []", ["t.yaml line 6: branch a: the branch is empty"]),
    ("a: {parent: a}", ["t.yaml line 6: branch a: the branch is empty"]),
    (
        "a: hello",
        [f"t.yaml line 6: branch a: a single value {NO_STEPS}"],
    ),
    (
        "a: {steps: {say: hello}}",
        [f"t.yaml line 6: branch a: a mapping {NO_STEPS}"],
    ),
    (
        "a: {parents: a, steps: [hangup]}",
        ["t.yaml line 6: branch a: unknown parameter 'parents'; did you mean 'parent'?"],
    ),
    ("a: {parent: z, steps: [hangup]}", ["t.yaml line 6: branch a: parent: there is no branch 'z'"]),
    (
        "a: {parent: [z], steps: [hangup]}",
        ["t.yaml line 6: branch a: parent: the name of a branch is wanted here"],
    ),
    (
        "a:\n  - say: hello\n    goto: a",
        [
            "t.yaml line 7: branch a step 1: "
            "a step is one action, here are 2: say and goto (is the indentation right?)"
        ],
    ),
    (
        "a: [[up]]",
        [f"t.yaml line 6: branch a step 1: a list {NO_STEP}"],
    ),
    (
        "a: [{}]",
        [f"t.yaml line 6: branch a step 1: a mapping {NO_STEP}"],
    ),
    (
        "a: ['']",
        [f"t.yaml line 6: branch a step 1: a single value {NO_STEP}"],
    ),
    (
        "a: [hangup, {? [x] : y}]",
        [
            "t.yaml line 6: branch a step 2: a key must be a plain word or number",
            f"t.yaml line 6: branch a step 2: a mapping {NO_STEP}",
        ],
    ),
    (
        "a: [say: 'Hello {{NAME']",
        ["t.yaml line 6: branch a step 1 (say): the braces of a variable do not match: write {{NAME}}"],
    ),
    (
        "a: [say: '{{CALL.SRC_NUMBR}}']",
        [
            "t.yaml line 6: branch a step 1 (say): "
            "unknown variable {{CALL.SRC_NUMBR}}; did you mean 'CALL.SRC_NUMBER'?"
        ],
    ),
    ("a: [say: '{{KEY.DIGIT}}']", ["t.yaml line 6: branch a step 1 (say): unknown variable {{KEY.DIGIT}}"]),
    (
        "a: [play: no-such.wav]",
        ["t.yaml line 6: branch a step 1 (play): the file 'no-such.wav' does not exist"],
    ),
    ("a: [echo: long]", ["t.yaml line 6: branch a step 1 (echo): 'long' is not a number"]),
    (
        "a: [hangup: loudly]",
        ["t.yaml line 6: branch a step 1 (hangup): 'loudly' is not one of 'normal' or 'busy'"],
    ),
]


@pytest.mark.parametrize(("branches", "expected"), FAULTS)
def test_each_fault_is_told_with_its_place(branches, expected):
    assert problems_of(branches) == expected


def test_nothing_hides_behind_another_fault():
    """Neither a faulty head, nor a faulty step, nor a faulty parameter keeps others from being told."""
    header = "tree: t\nlanguage: english\nnumbers: [100, 12 34]\nstart: x\nbranches:\n"
    branches = """
    a:
      - menu:
          prompt: "Hello {{CALL.CODEK}} {{NAME}}"
          keys: {1: nowhere, x: a, 2: neither}
          first_digit_s: long
          no_input: {repeat: often, then: lost}
      - gather: {variable: x, min: 5, max: 3, entered: gone, not_entered: away}
      - dial: {target: 7, bussy: a, busy: off}
      - menu: {prompt: {language: english}, keys: {1: a}}
    b: {parent: y, steps: [{play: none.wav}, {language: xx1}]}
    """
    assert [problem.removeprefix("t.yaml line ") for problem in problems_of(branches, header)] == [
        "2: language: 'english' is not a language code like pl, en or en-GB",
        "3: numbers.1: '12 34' cannot be dialled: write it without spaces, 1234",
        "4: start: there is no branch 'x'",
        "8: branch a step 1 (menu): prompt: "
        "unknown variable {{CALL.CODEK}}; did you mean 'CALL.CODEC'?, unknown variable {{NAME}}",
        "9: branch a step 1 (menu): keys.1: there is no branch 'nowhere'",
        "9: branch a step 1 (menu): keys.2: there is no branch 'neither'",
        "9: branch a step 1 (menu): keys.x: 'x' cannot be pressed: keys are 0-9, * and #",
        "10: branch a step 1 (menu): first_digit_s: 'long' is not a number",
        "11: branch a step 1 (menu): no_input.repeat: 'often' is not a whole number",
        "11: branch a step 1 (menu): no_input.then: there is no branch 'lost'",
        "12: branch a step 2 (gather): entered: there is no branch 'gone'",
        "12: branch a step 2 (gather): max: min (5) is more than max (3)",
        "12: branch a step 2 (gather): not_entered: there is no branch 'away'",
        "13: branch a step 3 (dial): busy: there is no branch 'off'",
        "13: branch a step 3 (dial): unknown parameter 'bussy'; did you mean 'busy'?",
        "14: branch a step 4 (menu): prompt.language: 'english' is not a language code like pl, en or en-GB",
        "14: branch a step 4 (menu): prompt: a prompt is either a text or a file to play",
        "15: branch b: parent: there is no branch 'y'",
        "15: branch b step 1 (play): the file 'none.wav' does not exist",
        "15: branch b step 2 (language): 'xx1' is not a language code like pl, en or en-GB",
    ]


def test_numbers_are_compared_even_when_a_file_has_other_faults(tmp_path):
    text = "tree: {}\nlanguage: {}\nnumbers: 100\nstart: a\nbranches: {{a: [hangup]}}\n"
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(text.format("one", "english"))
    two.write_text("numbers: [100, 100]\n")
    with pytest.raises(ConfigError) as error:
        load_trees([one, two])
    found = [str(problem) for problem in error.value.problems]
    assert f"{one} line 2: language: 'english' is not a language code like pl, en or en-GB" in found
    assert f"{two} line 1: the parameter 'branches' is missing" in found
    assert [line for line in found if "numbers: " in line] == [
        f"{two} line 1: numbers: 100 already enters the tree 'one' in {one}"
    ] * 2


def test_nothing_is_concluded_from_a_branch_that_could_not_be_read():
    assert problems_of("a: [{sai: Hello.}, {goto: a}]") == [
        "t.yaml line 6: branch a step 1 (sai): unknown action; did you mean 'say'?"
    ]


@pytest.mark.parametrize(
    ("written", "faults"),
    [
        ("100", []),
        ('["*43", "+48221234567", reception, b.2_x-1]', []),
        ("[]", []),
        ('["12 34"]', ["numbers.0: '12 34' cannot be dialled"]),
        ("[{a: b}, [1], ~]", ["numbers.0: a text is wanted here", "numbers.1", "numbers.2"]),
        ('[""]', ["numbers.0: the text is empty"]),
        ('"100,200"', ["numbers: '100,200' cannot be dialled"]),
        ("[1+2]", ["numbers.0: '1+2' cannot be dialled"]),
    ],
)
def test_what_numbers_may_be(written, faults):
    header = f"tree: t\nlanguage: en\nnumbers: {written}\nstart: a\nbranches:\n"
    found = problems_of("a: [hangup]", header)
    assert len(found) == len(faults)
    for problem, fault in zip(found, faults, strict=True):
        assert problem.startswith(f"t.yaml line 3: {fault}"), found


def test_all_problems_are_told_at_once_in_the_order_of_the_file():
    problems = problems_of("a:\n  - say: {}\n  - goto: nowhere\n  - dance\nb:\nc: [echo: -1]")
    assert problems == [
        "t.yaml line 7: branch a step 1 (say): the parameter 'text' is missing",
        "t.yaml line 8: branch a step 2 (goto): there is no branch 'nowhere'",
        "t.yaml line 9: branch a step 3 (dance): unknown action",
        "t.yaml line 10: branch b: the branch is empty",
        "t.yaml line 11: branch c step 1 (echo): '-1' must be more than 0",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["t.yaml: the file is empty"]),
        ("# only a comment\n", ["t.yaml: the file is empty"]),
        ("- a\n", ["t.yaml line 1: a tree file is a mapping with tree, language, start and branches"]),
        (
            "tree: [\n",
            ["t.yaml line 1: this is not YAML: the bracket that is opened here is never closed"],
        ),
        ("tree: t\nlanguage: en\nstart: a\n", ["t.yaml line 1: the parameter 'branches' is missing"]),
        (
            "tree: t\nlanguage: en\nstart: a\nbranches: []\n",
            [f"t.yaml line 4: branches: {NO_BRANCHES}"],
        ),
        (
            "branches: {a: [hangup]}\n",
            [
                "t.yaml line 1: the parameter 'language' is missing",
                "t.yaml line 1: the parameter 'start' is missing",
                "t.yaml line 1: the parameter 'tree' is missing",
            ],
        ),
        (
            "tree: t\nlanguage: en\nstart: b\nbranches: {a: [hangup]}\n",
            ["t.yaml line 3: start: there is no branch 'b'"],
        ),
        (
            "tree: t\nlanguage: polski\nstart: a\nbranches: {a: [hangup]}\n",
            ["t.yaml line 2: language: 'polski' is not a language code like pl, en or en-GB"],
        ),
        (
            "tree: t\nlangauge: en\nlanguage: en\nstart: a\nbranches: {a: [hangup]}\n",
            ["t.yaml line 2: unknown parameter 'langauge'; did you mean 'language'?"],
        ),
        (
            "tree: t\ntree: u\nlanguage: en\nstart: a\nbranches: {a: [hangup]}\n",
            ["t.yaml line 2: 'tree' is written twice (first on line 1)"],
        ),
    ],
)
def test_faults_of_the_file_itself(text, expected):
    assert [str(problem) for problem in read_tree(text, Path("t.yaml"))[1]] == expected


def test_a_tree_file_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError) as error:
        load_tree(tmp_path / "none.yaml")
    assert str(error.value) == f"{tmp_path / 'none.yaml'}: cannot be read: No such file or directory"
    (tmp_path / "latin.yaml").write_bytes(b"tree: \xb1\n")
    with pytest.raises(ConfigError, match=r"latin\.yaml: is not UTF-8 text"):
        load_tree(tmp_path / "latin.yaml")


def test_a_byte_order_mark_is_no_part_of_a_tree(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_bytes(b"\xef\xbb\xbftree: t\r\nlanguage: en\r\nstart: a\r\nbranches: {a: [hangup]}\r\n")
    assert load_tree(path).name == "t"


def test_numbers_and_names_belong_to_one_tree(tmp_path):
    text = "tree: {}\nlanguage: en\nnumbers: [100, {}]\nstart: a\nbranches: {{a: [hangup]}}\n"
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(text.format("same", "200"))
    two.write_text(text.format("same", "100"))
    with pytest.raises(ConfigError) as error:
        load_trees([one, two])
    assert str(error.value).splitlines() == [
        f"{two} line 1: tree: the name 'same' is already taken by {one}",
        f"{two} line 3: numbers: 100 already enters the tree 'same' in {one}",
        f"{two} line 3: numbers: 100 already enters the tree 'same' in {one}",
    ]


def test_problems_of_several_files_come_together(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(
            f"tree: {name}\nlanguage: en\nstart: a\nbranches: {{a: [x]}}\n"
        )
    with pytest.raises(ConfigError) as error:
        load_trees([tmp_path / "one.yaml", tmp_path / "two.yaml"])
    assert len(error.value.problems) == 2


def test_good_files_are_loaded(tmp_path):
    sound_file(tmp_path / "hello.wav")
    path = tmp_path / "one.yaml"
    path.write_text("tree: t\nlanguage: en\nnumbers: 7\nstart: a\nbranches: {a: [play: hello.wav]}\n")
    tree = load_tree(path)
    assert tree.numbers == ("7",)
    assert [prompt.play for prompt in tree.branches["a"].steps[0].action.prompts()] == [
        tmp_path / "hello.wav"
    ]


def test_short_forms_of_steps():
    tree = tree_of(
        """
        a:
          - say: Hello.
          - say: {pl: Cześć., en: Hello.}
          - say: 100
          - gather: {variable: pin, terminator: ""}
          - up
          - up:
        """
    )
    first, second, third, gather, *_ = (step.action for step in tree.branches["a"].steps)
    assert first.text == {"": "Hello."}
    assert second.text == {"pl": "Cześć.", "en": "Hello."}
    assert third.text == {"": "100"}
    assert isinstance(gather, Gather)
    assert gather.terminator == ""
    assert [step.action_name for step in tree.branches["a"].steps][-2:] == ["up", "up"]


def test_five_hundred_branches_load_in_under_a_second(tmp_path):
    branch = "  b{0}:\n    - say: Hello {0}.\n    - menu: {{prompt: Press., keys: {{1: b{0}, 2: b{1}}}}}\n"
    body = "".join(branch.format(number, (number + 1) % 500) for number in range(500))
    path = tmp_path / "large.yaml"
    path.write_text(f"tree: t\nlanguage: en\nstart: b0\nbranches:\n{body}")
    started = process_time()
    load_tree(path)
    assert process_time() - started < 1.0


def test_numbers_enter_at_branches_of_their_own():
    header = (
        "tree: t\nlanguage: en\nnumbers: [100]\nentries: {151: sales, 152: service}\nstart: a\nbranches:\n"
    )
    tree = tree_of("a: [hangup]\nsales: [hangup]\nservice: [hangup]", header)
    assert tree.numbers == ("100", "151", "152")
    assert tree.entrances == {"a", "sales", "service"}
    assert lint_trees([tree]) == []


def test_an_entry_needs_a_branch_that_is_there_and_a_number_nobody_else_has():
    header = "tree: t\nlanguage: en\nnumbers: [100]\nentries: {100: a, 151: sale}\nstart: a\nbranches:\n"
    found = problems_of("a: [hangup]\nsales: [hangup]", header)
    assert any("sale" in problem and "line 4" in problem for problem in found)
    tree = tree_of("a: [hangup]", header.replace(", 151: sale", ""))
    (twice,) = check_together([tree])
    assert (twice.line, twice.reason) == (4, "numbers: 100 is listed twice")


def test_a_simulated_caller_begins_where_the_number_leads():
    header = "tree: t\nlanguage: en\nnumbers: [100]\nentries: {151: sales}\nstart: a\nbranches:\n"
    tree = tree_of('a: [say: "Welcome."]\nsales: [say: "Sales."]', header)
    heard = simulate(tree, facts=replace(DEFAULT_FACTS, called="151"))
    assert [moment.event.text for moment in heard.moments if isinstance(moment.event, PromptPlayed)] == [
        "Sales."
    ]


STEPS_TO_QUEUES = """\
tree: t
language: en
numbers: 100
start: a
branches:
  a:
    - by_agents: {queue: slaes, at_least: 1, yes: b}
    - by_waiting:
        at_most: 5
        queue: nowhere
        no: b
    - queue: sales
  b:
    - queue: {name: cards}
"""


def test_queues_that_do_not_exist_are_named_with_their_lines(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text(STEPS_TO_QUEUES)
    _, problems = read_trees([path], {"queue": {"sales"}})
    assert [str(problem).removeprefix(f"{path} ") for problem in problems] == [
        "line 7: branch a step 1 (by_agents): queue: there is no queue 'slaes'; did you mean 'sales'?",
        "line 10: branch a step 2 (by_waiting): queue: there is no queue 'nowhere'",
        "line 14: branch b step 1 (queue): name: there is no queue 'cards'",
    ]


def test_a_lone_file_may_name_any_queue(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text(STEPS_TO_QUEUES)
    assert read_trees([path])[1] == []
    assert load_tree(path).branches.keys() == {"a", "b"}


@pytest.mark.parametrize("name", ["a\\e[2J", "a\\r\\nEvil: b", "a\\u202e", "\\ufffe", " ", "x" * 81])
def test_names_can_be_shown(name):
    text = f'tree: "{name}"\nlanguage: en\nstart: a\nbranches:\n  a: [hangup]\n  "{name}": [hangup]\n'
    _, problems = read_tree(text, Path("x.yaml"))
    assert [(one.line, one.where) for one in problems if "is no name" in one.reason] == [
        (1, ""),
        (6, "branches"),
    ]


def test_of_thousands_of_faults_as_many_are_told_as_anybody_mends():
    steps = "    - goto: nowhere\n" * 3_000
    _, problems = read_tree(f"tree: t\nlanguage: en\nstart: a\nbranches:\n  a:\n{steps}", Path("x.yaml"))
    assert len(problems) == 501
    assert str(problems[-1]) == "x.yaml: 2,500 more faults: mend these first"
