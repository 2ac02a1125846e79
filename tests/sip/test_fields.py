import pytest
from hypothesis import given
from hypothesis import strategies as st

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


NAMES = st.sampled_from(["Via", "via", "v", "VIA", "To", "t", "X-One", "x-one", "X-ONE", "x-two"])
CHANGES = st.lists(
    st.tuples(st.sampled_from(["add", "put", "put_first", "insert_first", "drop", "ask"]), NAMES), max_size=12
)


def same(one: str, other: str) -> bool:
    return canonical(one).lower() == canonical(other).lower()


@given(st.lists(NAMES, max_size=6), CHANGES, NAMES)
def test_what_is_asked_between_changes_never_goes_stale(names, changes, asked):
    fields = Fields((name, str(number)) for number, name in enumerate(names))
    lines = [(name, str(number)) for number, name in enumerate(names)]
    for number, (change, name) in enumerate(changes):
        value = f"new {number}"
        match change:
            case "add":
                fields.add(name, value)
                lines.append((name, value))
            case "insert_first":
                fields.insert_first(name, value)
                lines.insert(0, (name, value))
            case "drop":
                fields.drop(name)
                lines = [line for line in lines if not same(line[0], name)]
            case "put_first" if any(same(line[0], name) for line in lines):
                fields.put_first(name, [value])
                place = next(place for place, line in enumerate(lines) if same(line[0], name))
                lines[place] = (name, value)
            case "put":
                fields.put(name, value)
                places = [place for place, line in enumerate(lines) if same(line[0], name)] or [len(lines)]
                lines[places[0] : places[0] + 1] = [(name, value)]
                lines = [line for place, line in enumerate(lines) if place not in places[1:]]
        expected = [line[1] for line in lines if same(line[0], asked)]
        assert fields.all(asked) == expected
        assert fields.get(asked) == (expected[0] if expected else None)
        assert fields.count(asked) == len(expected)
        assert fields.distinct == (len({canonical(line[0]).lower() for line in lines}) == len(lines))
    assert [line[1] for line in lines] == [value for _, value in fields]


def test_the_first_of_a_name_gives_way_to_several():
    fields = Fields([("From", "a"), ("Via", "one, two"), ("Via", "three")])
    assert fields.get("via") == "one, two"
    fields.put_first("Via", ["new", "two"])
    assert list(fields) == [("From", "a"), ("Via", "new"), ("Via", "two"), ("Via", "three")]
    assert fields.all("v") == ["new", "two", "three"]
