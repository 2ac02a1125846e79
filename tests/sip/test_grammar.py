import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import (
    LONGEST_REMEMBERED,
    MAX_LIST,
    build_params,
    end_of_quoted,
    escape,
    is_token,
    parse_integer,
    parse_params,
    quote,
    remembered,
    split_list,
    split_outside,
    unescape,
    unquote,
)

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=30)
NAMES = st.from_regex(r"[a-z0-9\-.!%*_+`'~]{1,8}", fullmatch=True)


@pytest.mark.parametrize("text", ["INVITE", "a-b.c!d%e*f_g+h`i'j~k", "0"])
def test_tokens(text):
    assert is_token(text)


@pytest.mark.parametrize("text", ["", "a b", "a\n", "a:b", '"a"', "é", "a,b", "a;b"])
def test_no_tokens(text):
    assert not is_token(text)


@pytest.mark.parametrize(("text", "most", "value"), [("0", 0, 0), ("0068", 255, 68), ("255", 255, 255)])
def test_integers(text, most, value):
    assert parse_integer(text, most=most, what="number") == value


@pytest.mark.parametrize("text", ["", "-1", "+1", "1 ", "256", "1e2", "0x1", "٣", "²", "9" * 5000, "1\n"])
def test_what_is_no_integer_or_too_great(text):
    with pytest.raises(RemoteProtocolError) as caught:
        parse_integer(text, most=255, what="number")
    assert (caught.value.status, caught.value.reason) == (400, "Bad number")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("a", "a"), ("%61lice", "alice"), ("%C3%a9", "é"), ("%00", "\0"), ("%25", "%"), ("%2541", "%41")],
)
def test_escapes(text, plain):
    assert unescape(text) == plain


@pytest.mark.parametrize("text", ["%", "%4", "%zz", "a%%41"])
def test_bad_escapes(text):
    with pytest.raises(RemoteProtocolError):
        unescape(text)


@given(st.binary(max_size=40))
def test_any_bytes_survive_escaping(raw):
    text = raw.decode("utf-8", "surrogateescape")
    written = escape(text, frozenset("abcxyz"))
    assert written.isascii()
    assert unescape(written) == text


@given(WORDS)
def test_any_text_survives_quoting(text):
    assert unquote(quote(text)) == text
    assert end_of_quoted(quote(text) + '"rest', 0) == len(quote(text))


def test_line_ends_never_get_into_a_quoted_string():
    assert quote("a\r\nEvil: 1") == '"a  Evil: 1"'


@pytest.mark.parametrize("text", ['"', '"abc', '"abc\\"', '"abc\\'])
def test_an_open_quote_is_an_error(text):
    with pytest.raises(RemoteProtocolError):
        end_of_quoted(text, 0)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a,b", ["a", "b"]),
        ("a , b", ["a", "b"]),
        ('"x,y" <sip:a>,b', ['"x,y" <sip:a>', "b"]),
        ("<sip:a,b@c>,d", ["<sip:a,b@c>", "d"]),
        ('"q\\",r",s', ['"q\\",r"', "s"]),
        ("", [""]),
    ],
)
def test_separators_count_outside_quotes_and_brackets(text, parts):
    assert split_outside(text, ",") == parts


@pytest.mark.parametrize("text", ["", "a,", ",a", "a,,b", ",".join("a" * (MAX_LIST + 1))])
def test_lists_that_are_none(text):
    with pytest.raises(RemoteProtocolError):
        split_list(text)


@pytest.mark.parametrize("text", [" \ta ", "<sip:a@b;x>;y", '"a, b"'])
def test_a_list_may_have_one_member(text):
    assert split_list(text) == [text.strip()]


@pytest.mark.parametrize("text", [" ", "\t", '"a', 'a"', '"a, b'])
def test_one_member_is_read_as_strictly_as_many(text):
    with pytest.raises(RemoteProtocolError):
        split_list(text)


def test_a_list_as_long_as_allowed():
    assert len(split_list(",".join("a" * MAX_LIST))) == MAX_LIST


@given(st.dictionaries(NAMES, st.none() | WORDS, max_size=5))
def test_parameters_round_trip(params):
    written = build_params(params)
    assert parse_params(split_outside(written, ";")[1:], what="test") == params


@pytest.mark.parametrize(
    "parts",
    [[""], ["=x"], ["a b=c"], ["tag=1", "TAG=2"], ["a\x00=1"]],
    ids=["empty", "no name", "space", "twice", "nul"],
)
def test_parameters_that_are_none(parts):
    with pytest.raises(RemoteProtocolError):
        parse_params(parts, what="test")


def test_parameter_names_have_no_case_and_values_lose_their_quotes():
    assert parse_params(["TAG = X", 'a="b;c"', "lr"], what="test") == {"tag": "X", "a": "b;c", "lr": None}


def test_long_lists_are_split_in_linear_time():
    began = time.process_time()
    split_outside('"' + "\\\\" * 30_000 + '",' + "<" * 5_000, ",")
    with pytest.raises(RemoteProtocolError):
        split_outside('"' + '\\"' * 30_000, ",")
    assert time.process_time() - began < 0.5


def cut_letter_by_letter(text: str, separator: str) -> list[str] | None:
    """Return what the grammar says in words, None for a quoted string without an end."""
    parts, part, quoted, bracketed = [], "", False, False
    letters = iter(text)
    for letter in letters:
        if quoted and letter == "\\":
            letter += next(letters, "")
        elif letter == '"' and not bracketed:
            quoted = not quoted
        elif not quoted and letter in "<>":
            bracketed = letter == "<"
        elif letter == separator and not quoted and not bracketed:
            parts.append(part)
            part = ""
            continue
        part += letter
    return None if quoted else [one.strip(" \t") for one in [*parts, part]]


@given(st.text('<>",;\\ \tab', max_size=24), st.sampled_from(",;"))
def test_splitting_is_what_reading_letter_by_letter_finds(text, separator):
    try:
        found = split_outside(text, separator)
    except RemoteProtocolError:
        found = None
    assert found == cut_letter_by_letter(text, separator)


def test_short_texts_are_read_once_and_long_ones_never_kept():
    read = []

    @remembered
    def length(text: str) -> int:
        read.append(text)
        return len(text)

    short, long = "a" * LONGEST_REMEMBERED, "a" * (LONGEST_REMEMBERED + 1)
    for text in (short, short, long, long):
        assert length(text) == len(text)
    assert read == [short, long, long]


def test_what_cannot_be_read_is_refused_every_time():
    @remembered
    def refuse(text: str) -> int:
        raise RemoteProtocolError(400, text)

    for _ in range(2):
        with pytest.raises(RemoteProtocolError, match="no"):
            refuse("no")
