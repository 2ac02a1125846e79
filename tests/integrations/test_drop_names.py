from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.integrations.drop_names import (
    FIELDS,
    USUAL,
    another,
    checked_folder,
    checked_template,
    cleaned,
    filled,
)


def test_a_name_as_it_usually_is() -> None:
    values = {"date": "2026-01-05", "queue": "sales", "call": "01J", "caller": "+48600", "format": "wav"}
    assert filled(USUAL, values) == "2026-01-05/sales/01J_+48600.wav"
    assert filled(USUAL, {"call": "01J", "format": "wav"}) == "none/none/01J_none.wav"


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("sprzedaż hurtowa", "sprzedaz_hurtowa"),
        ("Łódź", "Lodz"),
        ("../../etc/passwd", "etc_passwd"),
        ("..", "none"),
        (".hidden", "hidden"),
        ("a\r\nDELE b", "a_DELE_b"),
        ("C:\\x", "C_x"),
        ("", "none"),
        ("anonymous", "anonymous"),
        ("a" * 100, "a" * 60),
    ],
)
def test_values(value: str, clean: str) -> None:
    assert cleaned(value) == clean


@settings(deadline=None)
@given(values=st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=80)))
def test_no_value_leads_elsewhere(values: dict[str, str]) -> None:
    name = filled("{date}/{queue}_{agent}/{caller}{called}/{time}-{call}.{format}", values)
    path = PurePosixPath(name)
    assert not path.is_absolute()
    assert len(path.parts) == 4
    assert name == path.as_posix()
    assert not any(part.startswith(".") for part in path.parts)
    assert name.isascii()
    assert name.isprintable()


@pytest.mark.parametrize(
    "template",
    [
        "{call}",
        "a/b-{date}/{recording}.{format}",
        "rec {call}.wav",
    ],
)
def test_good_templates(template: str) -> None:
    assert checked_template(template) == template


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("", "empty part"),
        ("{date}.wav", "needs {call}"),
        ("../{call}", "dot"),
        ("{date}/../{call}", "dot"),
        ("/{call}", "empty part"),
        ("a//{call}", "empty part"),
        ("{call}/", "empty part"),
        (".{call}", "dot"),
        ("{call}\n", "letters"),
        ("{call}{cal}", "unknown {cal}"),
        ("{call", "letters"),
        ("a\\{call}", "letters"),
        ("ż{call}", "letters"),
        ("{call}" + "a" * 200, "more than"),
    ],
)
def test_bad_templates(template: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        checked_template(template)


@pytest.mark.parametrize(("folder", "clean"), [("", ""), ("a/b/", "a/b"), ("/a", "/a"), ("/", "/")])
def test_folders(folder: str, clean: str) -> None:
    assert checked_folder(folder) == clean


@pytest.mark.parametrize("folder", ["..", "a/../b", "a//b", "//a", "a\nb", "./a"])
def test_bad_folders(folder: str) -> None:
    with pytest.raises(ValueError, match="path such as"):
        checked_folder(folder)


def test_a_name_beside_one_that_is_taken() -> None:
    assert another("a/b.wav", "0123456789") == "a/b-01234567.wav"
    assert another("a.b/c", "0123456789") == "a.b/c-01234567"
