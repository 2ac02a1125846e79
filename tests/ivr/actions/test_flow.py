import pytest

from softswitch.ivr.outcome import EndReason
from softswitch.ivr.simulated.script import hang_up, press, wait
from tests.ivr.written import call, exits_of

MENUS = """
a:
  - menu: {prompt: "Top.", keys: {1: "1", 5: free}}
"1":
  - menu: {prompt: "Number one.", keys: {4: 1-4, 0: up-1}}
1-4:
  - menu: {prompt: "Number four.", keys: {0: 1-4-0, 9: declared}}
1-4-0: [up]
up-1: [up]
declared:
  parent: a
  steps: [up]
free: [{say: "Free."}, up]
"""


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ("1404", ("a", "1", "1-4", "1-4-0", "1-4")),  # by number: 1-4-0 belongs to 1-4
        ("10", ("a", "1", "up-1", "1")),  # not numbered below anything: the branch that led here
        ("149", ("a", "1", "1-4", "declared", "a")),  # declared
        ("5", ("a", "free", "a")),
    ],
)
def test_t15_p01_up_leads_to_the_parent(keys, path):
    transcript = call(MENUS, press(keys), wait(2), hang_up())
    assert transcript.path[: len(path)] == path


def test_t15_up_goes_up_again_and_the_menu_there_works():
    """T15: down, up, and the first menu takes keys again."""
    branches = """
    main: [{menu: {prompt: "Main.", keys: {4: sub, 1: end}}}]
    sub: [{menu: {prompt: "Sub.", keys: {0: back}}}]
    back: {parent: main, steps: [up]}
    end: [hangup]
    a: [goto: main]
    """
    transcript = call(branches, press("4"), press("0"), press("1"))
    assert transcript.path == ("a", "main", "sub", "back", "main", "end")
    assert transcript.heard == ("Main.", "Sub.", "Main.")


def test_a_way_back_does_not_make_the_child_a_parent():
    branches = """
    a: [{menu: {prompt: "A.", keys: {1: b}}}]
    b: [{gather: {variable: x, max: 1, entered: c}}]
    c: [{gather: {variable: x, max: 1, entered: b, not_entered: d}}]
    d: [{gather: {variable: x, max: 1}}, up]
    """
    # a leads to b, b to c, c back to b and so on; c to d at last.
    transcript = call(branches, press("1"), press("7"), press("7"), press("7"), press("*"), press("7"))
    assert transcript.path[:7] == ("a", "b", "c", "b", "c", "d", "c")


def test_up_after_a_round_trip_leads_to_where_the_caller_came_from_first():
    branches = """
    a: [goto: b]
    b: [{gather: {variable: x, max: 1, not_entered: c}}, up]
    c: [goto: b]
    """
    # c sent the caller back to b, yet c lies below b: up from b is a.
    transcript = call(branches, press("*"), press("7"), wait(1), hang_up())
    assert transcript.path[:5] == ("a", "b", "c", "b", "a")


def test_up_at_the_top_hears_the_top_again():
    branches = """
    a: [{menu: {prompt: "A.", keys: {1: a, 0: b}}}]
    b: {parent: a, steps: [{say: B.}, {goto: c}]}
    c: [up]
    """
    assert call(branches, press("0"), wait(2), hang_up()).path[:4] == ("a", "b", "c", "b")
    assert call("a: [{gather: {variable: x, max: 1}}, up]", press("1"), hang_up()).path[:2] == ("a", "a")


def test_t21_goto_enters_the_branch():
    transcript = call("a: [goto: b]\nb: [hangup]")
    assert transcript.path == ("a", "b")
    assert exits_of(transcript, "goto") == [("next", "")]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("hangup", EndReason.HUNG_UP),
        ("{hangup: normal}", EndReason.HUNG_UP),
        ("{hangup: busy}", EndReason.HUNG_UP_BUSY),
    ],
)
def test_t13_hangup_ends_the_call_after_the_whole_prompt(step, reason):
    transcript = call(
        f'a: [{{say: "We are closed. Goodbye."}}, {step}, {{say: "Never."}}]', press("1", after=0.5)
    )
    assert transcript.ended.reason is reason
    assert transcript.heard == ("We are closed. Goodbye.",)
    assert exits_of(transcript, "say") == [("heard", "")]


def test_a_branch_that_just_ends_hangs_up_and_says_so():
    assert call("a: [say: Hello.]").ended.reason is EndReason.END_OF_BRANCH
