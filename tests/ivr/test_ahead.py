from softswitch.ivr.ahead import prompts_known_ahead
from softswitch.ivr.context import SayText
from tests.ivr.written import tree_of

TREE = """
a:
  - say: Hello.
  - say: "Hello {{CALL.CALLER_ID}}."
  - menu:
      prompt: [First., {count: 2, text: Second.}]
      short_prompt: Short.
      keys: {1: polish, 2: b}
      no_input: {prompt: Nothing.}
      no_match: {prompt: {text: Falsch., language: de, voice: eva}}
polish:
  - language: pl
  - goto: b
b:
  - say: Both.
  - language: "{{CALL.ACCOUNT_LANGUAGE}}"
  - say: {pl: Cześć., en: Hello.}
  - up
unreached:
  - say: Never.
"""


def test_every_text_without_variables_in_every_language_it_is_heard_in():
    known = list(prompts_known_ahead([tree_of(TREE), tree_of(TREE)]))
    assert len(known) == len(set(known))
    english = ["Hello.", "First.", "Second.", "Short.", "Nothing.", "Both."]
    # Up from b may lead back to a in Polish: what is heard there again is known in Polish too.
    polish = ["Cześć.", "Both.", "First.", "Second.", "Short.", "Nothing.", "Hello."]
    assert set(known) == {
        *(SayText(text, "en") for text in english),
        *(SayText(text, "pl") for text in polish),
        SayText("Falsch.", "de", "eva"),
    }


def test_n27_a_tree_that_remembers_can_be_heard_in_each_language_from_the_beginning():
    tree = (
        "a: [say: Hello., menu: {prompt: One., keys: {1: b}}]\nb: [language: {language: pl, remember: yes}]"
    )
    assert {(said.text, said.language) for said in prompts_known_ahead([tree_of(tree)])} == {
        ("Hello.", "en"), ("Hello.", "pl"), ("One.", "en"), ("One.", "pl"),
    }  # fmt: skip


def test_n27_where_callers_can_slow_down_everything_is_made_at_the_slower_pace_too_and_last():
    menu = "a: [menu: {prompt: One., keys: {1: b}, slower_key: 8}]"
    spoken = "b: [say: {text: Slowly., speed: 0.8}, say: '{{CALL.SRC_NUMBER}}']"
    known = list(prompts_known_ahead([tree_of(f"{menu}\n{spoken}")]))
    assert {(one.text, one.rate) for one in known[:2]} == {("One.", 1.0), ("Slowly.", 0.8)}
    assert {(one.text, one.rate) for one in known[2:]} == {("One.", 0.85), ("Slowly.", 0.68)}


def test_n27_who_is_asked_for_a_language_hears_the_question_in_that_of_the_tree():
    branches = """
    a: [language: {chosen: c}, say: Hello., menu: {prompt: One., keys: {1: b}, no_input: {then: c}}]
    b: [language: {language: pl, remember: yes}, goto: c]
    c: [say: Bye.]
    """
    known = {(one.text, one.language) for one in prompts_known_ahead([tree_of(branches)])}
    assert known == {("Hello.", "en"), ("One.", "en"), ("Bye.", "en"), ("Bye.", "pl")}
