"""A number is found again in whatever spelling it comes, and nothing else becomes a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.crm.numbers import Numbers, is_spreadsheet_number, is_withheld
from softswitch.trunks.numbers import Numbering

POLISH = Numbers(Numbering("PL"), "PL")
GERMAN = Numbers(Numbering("DE"), "DE")


@pytest.mark.parametrize(
    "spelled",
    [
        "+48601234567", "601234567", "0048601234567", "48601234567", "601 234 567", "601-234-567",
        "+48 601 234 567", "+48 601-234-567", "(+48) 601 234 567", "(48) 601234567", "+48 (0) 601 234 567",
        "+48(0)601234567", "00 48 601 234 567", "601.234.567", "601/234/567", "tel:+48601234567",
        "tel:+48-601-234-567;phone-context=pl", "sip:+48601234567@carrier.example;user=phone",
        "SIPS:601234567@10.0.0.1", "\u00a0601\u00a0234\u00a0567\u00a0", "601\u2009234\u2009567",
        "601–234–567", "601‑234‑567", "\u202a+48 601 234 567\u202c", "\ufeff601234567", "６０１２３４５６７",
        "＋48601234567", "'601234567", "'+48601234567", '"601234567"', "=\"601234567\"", "601234567.0",
        "601_234_567", "<sip:601234567@host>", "\t601 234 567\r\n",
    ],
)  # fmt: skip
def test_a_mobile_number_in_every_spelling(spelled: str) -> None:
    assert POLISH.normal(spelled) == "+48601234567"


@pytest.mark.parametrize(
    "spelled",
    ["22 123 45 67", "(22) 123 45 67", "(22)1234567", "+48 22 1234567", "0048221234567", "022 123 45 67",
     "(0-22) 123-45-67", "0 22 123 45 67", "48 22 123 45 67"],
)  # fmt: skip
def test_a_fixed_line_with_its_old_zero_and_without(spelled: str) -> None:
    assert POLISH.normal(spelled) == "+48221234567"


@pytest.mark.parametrize(
    ("spelled", "kept"),
    [
        ("+49 30 901820", "+4930901820"),
        ("0049 30 901820", "+4930901820"),
        ("+420 224 810 555", "+420224810555"),
        ("+1 (212) 555-2368", "+12125552368"),
        ("+44 (0) 20 7946 0018", "+442079460018"),
        ("00380 44 123 4567", "+380441234567"),
    ],
)
def test_numbers_of_other_countries(spelled: str, kept: str) -> None:
    assert POLISH.normal(spelled) == kept


def test_the_home_country_is_what_was_configured() -> None:
    assert GERMAN.normal("030 901820") == "+4930901820"
    assert GERMAN.normal("+48 601 234 567") == "+48601234567"


@pytest.mark.parametrize("inner", ["10", "101", "1001", "1 001", "300", "112", "118913", "'1001"])
def test_short_numbers_stay_as_they_are_dialled(inner: str) -> None:
    assert POLISH.normal(inner) == inner.replace(" ", "").strip("'")


@pytest.mark.parametrize(
    "text",
    [
        None, "", "  ", "anonymous", "Anonymous", "ANONIM", "restricted", "Unavailable", "unknown", "private",
        "Zastrzeżony", "zastrzezony", "withheld", "sip:anonymous@anonymous.invalid", "-", "brak", "n/a",
    ],
)  # fmt: skip
def test_withheld_is_nobody(text: str | None) -> None:
    assert is_withheld(text)
    assert POLISH.normal(text) is None


@pytest.mark.parametrize(
    "text",
    ["7", "+", "++48601234567", "601234", "+48 601", "alice", "601 234 567 ext. 12", "60123456789012345678",
     "4,86E+10", "4.86012E+10", "601234567x", "٦٠١٢٣٤٥٦٧abc", "*43", "#31#601234567", "0" * 12, "1" * 65],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    if text == "601234":  # Six digits are a number of our own line.
        assert POLISH.normal(text) == text
    else:
        assert POLISH.normal(text) is None
        assert not is_withheld(text)


def test_what_a_spreadsheet_has_spoiled_is_known_as_such() -> None:
    assert is_spreadsheet_number("4,86012E+10")
    assert is_spreadsheet_number(" 4.9E10 ")
    assert not is_spreadsheet_number("601234567")


@pytest.mark.parametrize(
    ("cell", "pieces"),
    [
        ("601234567; 22 123 45 67", ["601234567", "22 123 45 67"]),
        ("601234567, 602345678", ["601234567", "602345678"]),
        ("601234567 / 602345678", ["601234567", "602345678"]),
        ("601234567|602345678|", ["601234567", "602345678"]),
        ("601/234/567", ["601/234/567"]),
        ("(0-22) 123-45-67", ["(0-22) 123-45-67"]),
        ("", []),
    ],
)
def test_several_numbers_in_one_cell(cell: str, pieces: list[str]) -> None:
    assert list(POLISH.several(cell)) == pieces


@pytest.mark.parametrize(
    ("kept", "shown"),
    [("+48601234567", "601 234 567"), ("+48221234567", "22 123 45 67"), ("+4930901820", "+49 30 901820"),
     ("1001", "1001"), ("+999123", "+999123")],
)  # fmt: skip
def test_shown_as_at_home(kept: str, shown: str) -> None:
    assert POLISH.national(kept) == shown


MOBILE = st.from_regex(r"\A(?:50|51|53|60|66|69|72|78|79|88)[0-9]{7}\Z")
SEPARATOR = st.sampled_from(["", " ", "-", ".", "\u00a0", "–"])


@given(MOBILE, SEPARATOR, st.sampled_from(["", "+48", "0048", "48", "(+48)", "tel:+48", "+48 (0)"]))
def test_any_prefix_and_separator_leads_to_the_same_number(number: str, between: str, prefix: str) -> None:
    spelled = prefix + between + between.join((number[:3], number[3:6], number[6:]))
    assert POLISH.normal(spelled) == POLISH.normal(number)


@given(MOBILE)
def test_what_is_shown_is_read_back(number: str) -> None:
    kept = POLISH.normal(number)
    assert kept is not None
    assert POLISH.normal(POLISH.national(kept)) == kept
    assert POLISH.normal(kept) == kept
    assert {POLISH.normal(spelling) for spelling in POLISH.spellings(kept)} == {kept}


@given(st.text(max_size=70))
def test_no_text_does_harm(text: str) -> None:
    kept = POLISH.normal(text)
    assert kept is None or POLISH.normal(kept) == kept
    assert kept is None or kept.removeprefix("+").isascii()
    assert all(piece for piece in POLISH.several(text))
