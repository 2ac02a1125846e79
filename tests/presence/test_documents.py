"""XML that any parser reads, whatever callers call themselves."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from softswitch.presence.documents import element, inside, legal, written


def test_a_document_is_plain_and_escaped() -> None:
    root = element("list", xmlns="urn:x", owner='A "B" & <C>')
    inside(root, "item", "1 < 2 & 3")
    assert written(root) == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<list xmlns="urn:x" owner="A &quot;B&quot; &amp; &lt;C&gt;"><item>1 &lt; 2 &amp; 3</item></list>'
    )


def test_names_in_other_letters_stay_as_they_are() -> None:
    assert "Żółć ☎".encode() in written(element("name", "Żółć ☎"))


@given(st.text(alphabet=st.characters()))
def test_any_name_comes_back(name: str) -> None:
    root = element("a", name, display=name)
    read = ElementTree.fromstring(written(root))
    # RFC XML 1.0 §2.11: line ends become one line feed.
    lines = legal(name).replace("\r\n", "\n").replace("\r", "\n")
    assert (read.text or "") == lines
    assert "\x00" not in read.get("display", "")


def test_what_xml_cannot_hold_is_shown_as_unreadable() -> None:
    assert legal("a\x00b\x1b\ud800c\ufffe") == "a\ufffdb\ufffd\ufffdc\ufffd"
