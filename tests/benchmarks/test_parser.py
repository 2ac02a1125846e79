from benchmarks import parser
from benchmarks.parser import Figures, bare, invite, table, typed

FIGURES = Figures(
    octets=826,
    bare_per_second=400_000,
    heads_per_second=100_000,
    typed_per_second=40_000,
    typed_fresh_per_second=25_000,
    typed_with_sdp_per_second=28_000,
    typed_to_bare=10.0,
)


def test_every_message_is_read_whole_and_differs_from_the_others():
    one, other = typed(invite(7, 1)), typed(invite(7, 2))
    assert one.contacts == other.contacts
    assert one.from_.display == "Desk 7"
    assert one.from_.uri == other.from_.uri
    assert len({one.via.branch, other.via.branch, typed(invite(8, 1)).via.branch}) == 3
    assert 800 < len(invite(7, 1)) < 860


def test_the_bare_reader_sees_all_lines():
    assert bare(b"A: 1\r\nB: 2\r\n\r\nbody: 3") == [("A", ":", " 1"), ("B", ":", " 2")]


def test_every_row_is_measured():
    figures = parser.run(0.001, phones=3, calls=2)
    assert figures.bare_per_second > figures.heads_per_second > figures.typed_per_second > 0
    assert figures.typed_to_bare > 1


def test_the_table_says_what_one_costs():
    text = table(FIGURES)
    assert "40,000      25.0" in text
    assert "typed to bare: 10.00 times" in text
