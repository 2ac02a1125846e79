import pytest

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.fields import COMPACT, Fields, canonical
from softswitch.sip.grammar import MAX_LIST


@pytest.mark.parametrize(("compact", "name"), COMPACT.items())
def test_compact_names_stand_for_the_long_ones(compact, name):
    for written in (compact, compact.upper(), name.lower(), name.upper(), name):
        fields = Fields([(written, "x")])
        assert fields.get(name) == fields.get(compact) == "x"
        assert list(fields) == [(name, "x")]


def test_unknown_names_keep_their_spelling_and_compare_without_case():
    fields = Fields([("X-Foo", "1"), ("x-foo", "2")])
    assert canonical("X-fOO") == "X-fOO"
    assert fields.get("X-FOO") == "1"
    assert fields.all("x-FOO") == ["1", "2"]
    assert [name for name, _ in fields] == ["X-Foo", "x-foo"]
    fields.put("X-FOO", 3)
    assert list(fields) == [("X-FOO", "3")]
    fields.drop("x-foo")
    assert len(fields) == 0
    assert fields.get("X-Foo") is None


def test_order_is_kept():
    fields = Fields([("Via", "1"), ("To", "a"), ("v", "2")])
    fields.insert_first("Via", 0)
    fields.add("Via", 3)
    assert fields.all("Via") == ["0", "1", "2", "3"]
    assert next(iter(fields)) == ("Via", "0")
    fields.put("Via", "only")
    assert list(fields) == [("Via", "only"), ("To", "a")]
    fields.put("From", "b")
    assert list(fields) == [("Via", "only"), ("To", "a"), ("From", "b")]


def test_lists_may_be_spread_over_lines():
    fields = Fields([("Supported", "100rel, Timer"), ("k", ""), ("Supported", "replaces")])
    assert fields.members("Supported") == ["100rel", "Timer", "replaces"]
    assert fields.tokens("Supported") == {"100rel", "timer", "replaces"}
    with pytest.raises(RemoteProtocolError):
        Fields([("Contact", "<sip:a@b>,,<sip:c@d>")]).members("Contact")


def test_a_list_spread_over_lines_is_no_longer_than_one_on_a_line():
    line = ("Contact", ",".join("a" * (MAX_LIST // 2)))
    assert len(Fields([line, line]).members("Contact")) == MAX_LIST
    with pytest.raises(RemoteProtocolError, match="Too many"):
        Fields([line, line, ("Contact", "a")]).members("Contact")


def test_a_copy_is_independent_and_equal():
    fields = Fields([("To", "a")])
    twin = fields.copy()
    assert twin == fields
    assert hash(twin) == hash(fields)
    twin.add("From", "b")
    assert fields != twin
    assert fields != [("To", "a")]
    assert repr(fields) == "Fields([('To', 'a')])"
