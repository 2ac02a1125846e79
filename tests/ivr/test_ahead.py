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
  - language: "{{CALL.LANGUAGE}}"
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
