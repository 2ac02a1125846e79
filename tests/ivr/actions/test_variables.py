"""The steps ``set`` and ``by_value``: values of variables, and the ways they lead."""

from __future__ import annotations

import pytest

from softswitch.ivr.simulated.script import press
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.outside import calling
from tests.ivr.written import exits_of, problems_of

BRANCHED = """
a:
  - gather: {{prompt: "Number?", variable: no, max: 1, not_entered: b}}
  - goto: b
b:
  - by_value: {{value: "{{{{VARIABLE.NO}}}}", branches: {{"1": one, "": nobody}}{more}}}
  - say: "next"
one: [say: "one"]
nobody: [say: "nobody"]
other: [say: "other"]
"""


@pytest.mark.parametrize(
    ("pressed", "more", "heard"),
    [
        ("1", "", "one"),
        ("2", "", "next"),
        ("2", ", otherwise: other", "other"),
        ("", ", otherwise: other", "nobody"),
    ],
)
def test_ways_by_the_value_of_a_variable(pressed, more, heard):
    told = calling(BRANCHED.format(more=more), *([press(pressed)] if pressed else []))
    assert told.heard[-1] == heard


def test_letters_and_spaces_do_not_count():
    told = calling(
        """
        a:
          - set: {name: state, value: "  Sent "}
          - by_value: {value: "{{VARIABLE.STATE}}", branches: {SENT: b}}
        b: [say: "b"]
        """
    )
    assert told.path == ("a", "b")
    assert exits_of(told, "by_value") == [("value SENT", "")]


def test_a_variable_is_made_of_others_and_taken_away():
    told = calling(
        """
        a:
          - set: {name: x, value: "from {{CALL.SRC_NUMBER}}"}
          - say: "{{VARIABLE.X}}"
          - set: {name: x}
          - say: 'now {{VARIABLE.X|default:"none"}}'
        """
    )
    assert told.heard == ("from +48600100200", "now none")


def test_a_variable_made_of_itself_over_and_over_stays_small():
    doubled = '          - set: {name: v, value: "{{VARIABLE.V}}{{VARIABLE.V}}"}\n' * 64
    told = calling(
        f"""
        a:
          - set: {{name: v, value: "0123456789"}}
{doubled}
          - say: "{{{{VARIABLE.V}}}}"
        """
    )
    assert told.heard == ("0123456789" * 200,)
    assert exits_of(told, "set")[-1] == ("next", "V, cut at 2000 letters")


def test_what_is_made_of_a_secret_is_secret():
    told = calling(
        """
        a:
          - gather: {prompt: "PIN?", variable: pin, max: 4, sensitive: yes}
          - set: {name: copy, value: "code {{VARIABLE.PIN}}"}
          - say: "{{VARIABLE.COPY}}"
          - by_value: {value: "{{VARIABLE.COPY}}", branches: {x: b}}
        b: [up]
        """,
        press("4711"),
    )
    assert "4711" not in render_transcript(told)


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ('set: {name: "a b", value: x}', "is not a variable name"),
        ('by_value: {value: "{{CALL.LANGUAGE}}", branches: {}}', "nothing is decided"),
        ('by_value: {value: "{{CALL.LANGUAGE}}", branches: {en: a, EN: a}}', "twice"),
        ('by_value: {value: "{{CALL.LANGUAGE}}", branches: {en: aa}}', "did you mean 'a'"),
        ('by_value: {value: "", branches: {en: a}}', "empty"),
    ],
)
def test_what_cannot_be_is_said_when_the_tree_is_read(step, fault):
    assert fault in "\n".join(problems_of(f"a: [{{{step}}}, hangup]".replace("[{", "[{", 1)))


def test_p18_old_and_new_names_of_variables_mean_the_same():
    told = calling('a: [say: "%%number%%, {{CALL.SRC_NUMBER}}, %%NUMBER%%, 100%"]')
    assert told.heard == ("+48600100200, +48600100200, +48600100200, 100%",)
    (fault,) = problems_of('a: [say: "%%numer%%"]')
    assert "unknown variable %%numer%%: there are %%number%%, %%dialled%%, %%caller%%" in fault
    (fault,) = problems_of('a: [say: "{{CALL.SCR_NUMBER}}"]')
    assert "did you mean 'CALL.SRC_NUMBER'" in fault
    assert calling("a: [say: 'Mr {{CUSTOMER.NAME}}.']").heard == ("Mr.",)
