import pytest

from softswitch.ivr.context import DialResult
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.script import hang_up, press, wait
from tests.ivr.written import HEADER, call, exits_of, problems_of

DIAL = """
a:
  - label: "Cards, {{{{CALL.CALLER_ID}}}}"
  - dial: {{target: [1001, "1002", "{{{{VARIABLE.NONE}}}}"], ring_s: 20{extra}}}
b: [hangup]
"""

RESULTS = [
    (DialResult.BUSY, "busy", "busy", EndReason.BUSY),
    (DialResult.NO_ANSWER, "no_answer", "no_answer", EndReason.NO_ANSWER),
    (DialResult.UNREACHABLE, "unreachable", "unreachable", EndReason.UNREACHABLE),
    (DialResult.DECLINED, "declined", "declined", EndReason.DECLINED),
    (DialResult.UNKNOWN, "unknown", "unknown", EndReason.UNKNOWN_NUMBER),
    (DialResult.ENDED_BY_CALLEE, "talk_over", "after", EndReason.TALK_OVER),
]


@pytest.mark.parametrize(("result", "exit_name", "parameter", "reason"), RESULTS)
def test_every_result_has_its_exit(result, exit_name, parameter, reason):
    told = call(DIAL.format(extra=f", {parameter}: b"), answer(result))
    assert exits_of(told, "dial") == [(exit_name, "1001, 1002")]
    assert told.path == ("a", "b")
    silent = call(DIAL.format(extra=""), answer(result))
    assert silent.path == ("a",)
    assert silent.ended.reason is reason


def test_there_is_an_exit_for_every_result():
    assert {result for result, *_ in RESULTS} == set(DialResult)


def test_what_is_dialled_and_what_the_phone_shows():
    (dialled,) = call(DIAL.format(extra="")).dialled
    assert dialled.targets == ("1001", "1002")
    assert dialled.label == "Cards, Jan Kowalski"


@pytest.mark.parametrize("target", ["''", "[]", "", "['', '']", "'{{VARIABLE.NONE}}'"])
def test_an_empty_target_hangs_up(target):
    transcript = call(f"a: [dial: {{target: {target}}}]")
    assert exits_of(transcript, "dial") == [("no_target", "")]
    assert transcript.ended.reason is EndReason.NO_TARGET
    assert transcript.dialled == ()


def test_t07_the_default_text_of_a_tree_is_no_number():
    header = HEADER.replace("start:", 'default_text: "dear caller"\nstart:')
    empty = call("a: [dial: '{{VARIABLE.NONE}}']", header=header)
    assert exits_of(empty, "dial") == [("no_target", "")]
    assert empty.dialled == ()
    (dialled,) = call("a: [dial: ['22{{VARIABLE.NONE}}', 1001]]", header=header).dialled
    assert dialled.targets == ("1001",)


def test_an_extension_typed_by_the_caller_is_dialled_at_once():
    """T12, DISA: rings right after the last digit."""
    branches = """
    a:
      - gather: {prompt: "Extension?", variable: ext, min: 2, max: 2, not_entered: wrong}
      - dial: {target: "{{VARIABLE.EXT}}", unknown: wrong}
    wrong: [{say: "No such extension."}, hangup]
    """
    (dialled,) = call(branches, press("13")).dialled
    assert dialled.targets == ("13",)
    assert call(branches, press("99"), answer(DialResult.UNKNOWN)).path == ("a", "wrong")
    assert call(branches).path == ("a", "wrong")
    assert call(branches, press("13"), answer(DialResult.UNREACHABLE)).ended.reason is EndReason.UNREACHABLE


def test_keys_from_before_and_during_the_talk_are_not_for_the_tree():
    branches = """
    a: [{say: "Connecting you."}, {dial: {target: 1001, after: b}}]
    b: [{menu: {prompt: "Anything else?", keys: {1: c}, no_input: {repeat: 0}}}]
    c: [hangup]
    """
    transcript = call(branches, press("1", after=0.5), press("1", after=15.0))
    assert transcript.path == ("a", "b")
    assert exits_of(transcript, "say") == [("heard", "")]


def test_the_caller_may_hang_up_during_the_talk():
    transcript = call("a: [dial: 1001]", wait(10), hang_up())
    assert transcript.ended is None
    assert transcript.seconds == 10


def test_the_ring_time_is_kept():
    late = call(DIAL.format(extra=", no_answer: b"), answer(DialResult.ENDED_BY_CALLEE, after=21))
    assert exits_of(late, "dial") == [("no_answer", "1001, 1002")]
    assert late.seconds == 20


ECHO = "a: [{say: 'Speak now.'}, {echo: 30}, {say: 'Done.'}]"


@pytest.mark.parametrize(
    ("script", "exit_name", "detail", "seconds"),
    [
        ([], "time_limit", "", 30.0),
        ([press("5")], "key", "5", 0.0),
        ([press("1", after=0.2), press("5", after=10)], "key", "5", 10.0),  # the first one cut the prompt
    ],
)
def test_the_echo_ends_by_a_key_or_by_time(script, exit_name, detail, seconds):
    transcript = call(ECHO, *script)
    assert exits_of(transcript, "echo") == [(exit_name, detail)]
    spoken = sum(m.event.seconds for m in transcript.moments if type(m.event).__name__ == "PromptPlayed")
    assert transcript.seconds - spoken == pytest.approx(seconds, abs=0.01)


def test_a_label_is_kept_and_can_be_taken_away():
    branches = """
    a: [{label: One}, {dial: {target: 1, after: b}}]
    b: [{dial: {target: 2, after: c}}]
    c: [{label: ""}, {dial: {target: 3}}]
    """
    assert [dialled.label for dialled in call(branches).dialled] == ["One", "One", ""]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("dial: {target: 1, busy: x}", "(dial): busy: there is no branch 'x'"),
        ("dial: {target: 1, ring_s: 0}", "(dial): ring_s: '0' must be more than 0"),
        ("dial: {target: 1, ring_s: 999}", "(dial): ring_s: '999' must be at most 300"),
        ("dial: {target: 1, bussy: a}", "(dial): unknown parameter 'bussy'; did you mean 'busy'?"),
        ("dial: {target: {a: b}}", "(dial): target: a text is wanted here"),
        ("dial: {}", "(dial): the parameter 'target' is missing"),
        ("echo: 9999", "(echo): '9999' must be at most 3600"),
        ("label: '{{X|'", "(label): the braces of a variable do not match: write {{NAME}}"),
    ],
)
def test_wrong_parameters_are_refused(step, reason):
    assert problems_of(f"a: [{step}]") == [f"t.yaml line 6: branch a step 1 {reason}"]
