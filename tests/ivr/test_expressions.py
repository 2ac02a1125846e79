import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.errors import TemplateError
from softswitch.ivr.expressions import Placeholder, Value, names_in, nearest, parse_template, render

VALUES = {
    "VARIABLE.PIN": Value("1234", private=True),
    "CALL.SRC_NUMBER": Value("601 200"),
    "CALL.BEHIND_NAT": Value("yes"),
    "CALL.EMPTY": Value(""),
}


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("No variables.", "No variables."),
        ("From {{CALL.SRC_NUMBER}}.", "From 601 200."),
        ("From {{ call.src_number }}.", "From 601 200."),
        ("From {{CALL.SRC_NUMBER|spell}}.", "From 6 0 1 2 0 0."),
        ("{{CALL.NOBODY}}", ""),
        ("Good day {{CALL.NOBODY}}, hello.", "Good day, hello."),
        ("Good day {{CALL.EMPTY}}!", "Good day!"),
        ('Hello {{CALL.NOBODY|default:"friend"}}.', "Hello friend."),
        ('Hello {{CALL.NOBODY|spell|default:"friend"}}.', "Hello friend."),
        ('Hello {{CALL.EMPTY|default:"friend"}}.', "Hello friend."),
        ('{{CALL.BEHIND_NAT|yes:"behind"|no:"in front"}}', "behind"),
        ('{{CALL.BEHIND_NAT|no:"in front"|yes:"behind"}}', "behind"),
        ('{{CALL.BEHIND_NAT|yes:""}}', ""),
        ("{one} brace } is { plain", "{one} brace } is { plain"),
    ],
)
def test_variables_are_filled_in(text, spoken):
    assert render(text, VALUES.get).text == spoken


def test_a_missing_value_becomes_the_default_of_the_tree():
    assert render("Hello {{CALL.NOBODY}}.", VALUES.get, "you").text == "Hello you."
    assert render('Hello {{CALL.NOBODY|default:"friend"}}.', VALUES.get, "you").text == "Hello friend."


def test_a_private_value_is_spoken_but_masked_for_the_log():
    rendered = render("Your PIN is {{VARIABLE.PIN|spell}}.", VALUES.get)
    assert rendered.text == "Your PIN is 1 2 3 4."
    assert rendered.logged == "Your PIN is ***."
    assert rendered.private


def test_a_value_holding_braces_is_not_looked_up_again():
    assert render("{{X}}", {"X": Value("{{VARIABLE.PIN}}")}.get).text == "{{VARIABLE.PIN}}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Hello {{NAME", "the braces of a variable do not match: write {{NAME}}"),
        ("Hello NAME}}", "the braces of a variable do not match: write {{NAME}}"),
        ("{{{A}}{", "the braces of a variable do not match: write {{NAME}}"),
        ("}{{A}}}", "the braces of a variable do not match: write {{NAME}}"),
        ('{{A|default:"{b}"}}', "the braces of a variable do not match: write {{NAME}}"),
        ("Hello {{}}", "'{{}}' names no variable"),
        ("Hello {{1}}", "'{{1}}' names no variable"),
        ("{{A B}}", "'{{A B}}' is not NAME or NAME|filter"),
        ("{{A()}}", "'{{A()}}' is not NAME or NAME|filter"),
        ("{{A|spel}}", "unknown filter 'spel'; did you mean 'spell'?"),
        ("{{A|default}}", "the filter 'default' wants a text: default:\"...\""),
        ('{{A|spell:"x"}}', "the filter 'spell' takes no text"),
    ],
)
def test_what_is_not_well_formed_is_refused_with_a_reason(text, reason):
    with pytest.raises(TemplateError) as error:
        parse_template(text)
    assert str(error.value) == reason


def test_pieces_and_names():
    assert parse_template('a {{b|spell|default:"x"}}') == (
        "a ",
        Placeholder("B", (("spell", ""), ("default", "x"))),
    )
    assert list(names_in("{{A}} and {{VARIABLE.b}}")) == ["A", "VARIABLE.B"]


@given(st.text(alphabet='{}|:"AB. x', max_size=40))
def test_no_text_is_spoken_with_the_braces_of_a_variable(text):
    try:
        spoken = render(text, lambda name: None).text
    except TemplateError:
        return
    assert "{{" not in spoken
    assert "}}" not in spoken


def test_a_text_is_read_in_one_pass():
    began = time.process_time()
    for text in ("{{" * 9_000, "{{a" * 6_000, "{{A" + " " * 19_000 + "x}}"):
        with pytest.raises(TemplateError):
            parse_template(text)
    assert render("{{X}}" + " " * 19_000 + "x", lambda name: None).text == "x"
    assert time.process_time() - began < 0.1  # A second and more, once.


@pytest.mark.parametrize(
    ("text", "reason"),
    [("x" * 20_001, "20,001 letters"), ("{{VARIABLE.PIN}}" * 201, "more than 200 variables")],
)
def test_a_text_that_could_become_enormous_is_refused(text, reason):
    with pytest.raises(TemplateError, match=reason):
        parse_template(text)


def test_the_nearest_word_is_offered():
    assert nearest("meny", ["menu", "say"]) == "; did you mean 'menu'?"
    assert nearest("zzz", ["menu", "say"]) == ""


def test_among_thousands_of_words_none_is_looked_for():
    # Each wrong name of a file with thousands of branches cost milliseconds.
    assert nearest("b10_000", [f"b{number}" for number in range(10_000)]) == ""
