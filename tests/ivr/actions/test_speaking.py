from softswitch.ivr.context import CallFacts
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.script import press
from tests.ivr.written import HEADER, call, exits_of, sound_file, tree_of


def test_a_text_is_spoken_and_the_tree_goes_on():
    transcript = call("a: [{say: Hello there.}, {say: Second.}, hangup]")
    assert transcript.heard == ("Hello there.", "Second.")
    assert exits_of(transcript, "say") == [("heard", ""), ("heard", "")]


CUT = """
a:
  - say: "A long sentence that nobody hears to its end."
  - menu: {prompt: "Press one.", keys: {1: b}}
b:
  - say: "Thank you and goodbye, to the last syllable."
  - hangup
"""


def test_a_key_cuts_a_text_short_when_a_later_step_takes_it():
    transcript = call(CUT, press("1", after=0.5))
    assert exits_of(transcript, "say") == [("interrupted", ""), ("heard", "")]
    assert transcript.path == ("a", "b")


def test_a_second_press_does_not_cut_the_goodbye():
    transcript = call(CUT, press("11", after=0.5))
    assert exits_of(transcript, "say")[-1] == ("heard", "")
    assert transcript.heard[-1] == "Thank you and goodbye, to the last syllable."


def test_barge_in_can_be_refused():
    text = CUT.replace('- say: "A long', '- say: {barge_in: no, text: "A long').replace(
        'its end."', 'its end."}'
    )
    transcript = call(text, press("1", after=0.5))
    assert exits_of(transcript, "say")[0] == ("heard", "")
    assert transcript.path == ("a", "b")


def test_nothing_to_say_is_an_exit_of_its_own():
    transcript = call("a:\n  - say: '{{CALL.CODEC}}'\n  - hangup", facts=CallFacts("1", "2", "", "3"))
    assert exits_of(transcript, "say") == [("nothing_to_say", "")]
    assert transcript.heard == ()


def test_a_missing_value_takes_the_default_of_the_tree():
    header = HEADER.replace("numbers", "default_text: dear caller\nnumbers")
    transcript = call("a:\n  - say: 'Hello {{VARIABLE.NAME}}.'", header=header)
    assert transcript.heard == ("Hello dear caller.",)


def test_t06_a_number_that_is_hidden_is_a_missing_value():
    header = HEADER.replace("numbers", "default_text: a hidden number\nnumbers")
    hidden = CallFacts("1", "anonymous", "Anonymous", "3")
    told = call("a:\n  - say: 'You call from {{CALL.SRC_NUMBER|phone}}.'", header=header, facts=hidden)
    assert told.heard == ("You call from a hidden number.",)


def test_a_recording_is_played(tmp_path):
    sound_file(tmp_path / "hello.wav")
    branches = """
    a:
      - play: hello.wav
      - play: {file: hello.wav, barge_in: no}
      - menu: {prompt: {play: hello.wav}, keys: {1: b}}
    b: [hangup]
    """
    transcript = simulate(tree_of(branches, path=tmp_path / "t.yaml"), [press("1", after=1.0)])
    assert transcript.heard == ("[hello.wav]", "[hello.wav]", "[hello.wav]")
    assert exits_of(transcript, "play") == [("interrupted", ""), ("heard", "")]
    assert transcript.path == ("a", "b")


LANGUAGES = """
a:
  - say: {pl: Cześć., en: Hello.}
  - language: pl
  - say: {pl: Cześć., en: Hello.}
  - language: de
  - say: {pl: Cześć., en: Hello.}
  - say: {pl: Cześć., fr: Salut.}
  - language: "{{CALL.ACCOUNT_LANGUAGE}}"
  - say: {pl: Cześć., en: Hello.}
"""


def test_the_language_of_the_call_chooses_the_text():
    transcript = call(LANGUAGES)
    # German is not there: the tree's own language, else the first that is.
    assert transcript.heard == ("Hello.", "Cześć.", "Hello.", "Cześć.", "Hello.")
    assert exits_of(transcript, "language") == [("set", "pl"), ("set", "de"), ("unchanged", "")]


def test_the_language_may_come_from_the_account():
    polish = CallFacts("1", "2", "", "3", language="pl")
    transcript = call(LANGUAGES, facts=polish)
    assert exits_of(transcript, "language")[-1] == ("set", "pl")
    assert transcript.heard[-1] == "Cześć."
