"""Bindings as pure values: what one REGISTER changes (RFC 3261 §10.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.registrar.bindings import (
    MAX_BINDINGS,
    Binding,
    alive,
    by_preference,
    reachable_anew,
    remove_all,
    update,
)
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import parse_name_addr
from softswitch.sip.hop import Hop
from softswitch.sip.uri import parse_uri

HOP = Hop("UDP", "192.0.2.9", 5062, "192.0.2.1", 5060)
TCP = Hop("TCP", "192.0.2.9", 49_152, "192.0.2.1", 5060, connection=3)


def template(call_id="c1", cseq=1):
    return Binding("1001", parse_uri("sip:none@192.0.2.9"), HOP, call_id, cseq, 0.0, user_agent="P")


def apply(bindings, *contacts, call_id="c1", cseq=1, now=100.0):
    """Register contacts, each ``"<uri>;params"`` or (that, seconds)."""
    pairs = [one if isinstance(one, tuple) else (one, 60.0) for one in contacts]
    parsed = [(parse_name_addr(text), float(seconds)) for text, seconds in pairs]
    return update(tuple(bindings), parsed, template=template(call_id, cseq), now=now)


def uris(bindings):
    return [str(binding.contact) for binding in bindings]


def elsewhere(change, host="198.51.100.7"):
    """Return the bindings as if their REGISTER had come from another socket."""
    return [replace(one, hop=replace(one.hop, host=host)) for one in change.kept]


def test_a_first_contact():
    change = apply((), '<sip:1001@192.0.2.9:5062>;q=0.5;+sip.instance="<urn:uuid:1>"')
    (binding,) = change.kept
    assert change.added == change.kept
    assert (binding.q, binding.instance, binding.expires_at, binding.hop) == (500, "urn:uuid:1", 160.0, HOP)
    assert binding.seconds_left(100.4) == 60
    assert binding.seconds_left(999.0) == 0


def test_a_refresh_replaces_the_same_contact_and_removes_nothing():
    first = apply((), "<sip:1001@192.0.2.9:5062>")
    again = apply(first.kept, "<sip:1001@192.0.2.9:5062>", cseq=2, now=130.0)
    assert (uris(again.kept), again.removed) == (["sip:1001@192.0.2.9:5062"], ())
    assert again.kept[0].expires_at == 190.0


def test_the_same_contact_written_differently_is_the_same():
    first = apply((), "<sip:1001@PHONE.example.com:5062;ob>")
    again = apply(first.kept, "<sip:1001@phone.example.com:5062>", call_id="c2")
    assert len(again.kept) == 1


@pytest.mark.parametrize("cseq", [1, 0])
def test_a_lower_or_equal_cseq_changes_nothing_at_all(cseq):
    first = apply((), "<sip:a@192.0.2.9>", "<sip:b@192.0.2.9>")
    with pytest.raises(RemoteProtocolError) as error:
        apply(first.kept, "<sip:new@192.0.2.9>", ("<sip:b@192.0.2.9>", 0), cseq=cseq)
    assert error.value.status == 500
    with pytest.raises(RemoteProtocolError):
        remove_all(first.kept, "c1", cseq)


def test_a_lower_cseq_under_another_call_id_is_a_restarted_phone():
    first = apply((), "<sip:a@192.0.2.9>", cseq=100)
    assert apply(first.kept, "<sip:a@192.0.2.9>", call_id="c2", cseq=1).kept[0].cseq == 1
    assert remove_all(first.kept, "c2", 1).kept == ()


def test_one_contact_is_removed_by_zero_seconds():
    first = apply((), "<sip:a@192.0.2.9>", "<sip:b@192.0.2.9>")
    change = apply(first.kept, ("<sip:a@192.0.2.9>", 0), cseq=2)
    assert (uris(change.kept), uris(change.removed), change.added) == (
        ["sip:b@192.0.2.9"],
        ["sip:a@192.0.2.9"],
        (),
    )


def test_a_refresh_of_one_contact_leaves_the_others_of_its_call_id_alone():
    first = apply((), "<sip:a@192.0.2.9>", "<sip:b@192.0.2.9>")
    change = apply(first.kept, "<sip:a@192.0.2.9>", cseq=2)
    assert sorted(uris(change.kept)) == ["sip:a@192.0.2.9", "sip:b@192.0.2.9"]
    assert change.removed == ()


def test_a_contact_that_was_never_there_takes_none_with_it_when_it_goes():
    first = apply((), "<sip:a@192.0.2.9>")
    assert apply(first.kept, ("<sip:old@192.0.2.9>", 0), cseq=2).kept == first.kept


def test_removing_what_is_not_there_is_no_fault():
    change = apply((), ("<sip:a@192.0.2.9>", 0))
    assert (change.kept, change.added, change.removed) == ((), (), ())


def test_all_are_removed_at_once():
    first = apply((), "<sip:a@192.0.2.9>", "<sip:b@192.0.2.9>")
    change = remove_all(first.kept, "c1", 2)
    assert (change.kept, change.removed) == ((), first.kept)


def test_a_phone_with_a_new_address_replaces_its_old_one_by_instance():
    first = apply((), '<sip:1001@192.0.2.9:5062>;+sip.instance="<urn:uuid:1>"')
    moved = apply(
        first.kept, '<sip:1001@198.51.100.7:40000>;+sip.instance="<urn:uuid:1>"', call_id="c2", cseq=1
    )
    assert uris(moved.kept) == ["sip:1001@198.51.100.7:40000"]
    assert uris(moved.removed) == ["sip:1001@192.0.2.9:5062"]


def test_two_instances_stay_two_phones_though_one_call_id_is_used():
    first = apply((), '<sip:a@192.0.2.9>;+sip.instance="<urn:uuid:1>"')
    both = apply(first.kept, '<sip:b@192.0.2.9>;+sip.instance="<urn:uuid:2>"', cseq=2)
    assert len(both.kept) == 2


def test_a_phone_with_a_new_address_replaces_its_old_one_by_call_id():
    first = apply((), "<sip:1001@192.0.2.9:5062>")
    moved = apply(first.kept, "<sip:1001@192.0.2.9:5070>", cseq=2)
    assert uris(moved.kept) == ["sip:1001@192.0.2.9:5070"]


def test_a_second_phone_behind_one_call_id_stays_beside_the_first():
    # RFC 3261 §10.2: one element uses one Call-ID for all that it registers.
    first = apply((), "<sip:1001@198.51.100.7:5062>")
    both = apply(elsewhere(first), "<sip:1001@192.0.2.9:5062>", cseq=2)
    assert uris(both.kept) == ["sip:1001@198.51.100.7:5062", "sip:1001@192.0.2.9:5062"]
    assert both.removed == ()


def test_a_contact_that_stands_twice_counts_once_as_it_stands_last():
    change = apply((), "<sip:a@192.0.2.9>;q=0.1", "<sip:b@192.0.2.9>", ("<sip:A@192.0.2.9>", 60))
    assert uris(change.kept) == ["sip:a@192.0.2.9", "sip:b@192.0.2.9", "sip:A@192.0.2.9"], (
        "user names are exact"
    )
    change = apply((), "<sip:a@PHONE>;q=0.1", ("<sip:b@phone>", 0), ("<sip:a@phone>;q=0.7", 600))
    (binding,) = change.kept
    assert (change.added, binding.q, binding.expires_at) == ((binding,), 700, 700.0)
    assert apply(change.kept, "<sip:a@phone>", ("<sip:a@phone>", 0), cseq=2).kept == ()


@pytest.mark.parametrize("instance", ["", ';+sip.instance="<urn:uuid:1>"'])
def test_a_phone_that_has_moved_and_then_drops_its_old_address_keeps_the_new(instance):
    first = apply((), f"<sip:1001@192.0.2.9:5062>{instance}")
    moved = apply(first.kept, f"<sip:1001@198.51.100.7:40000>{instance}", cseq=2)
    dropped = apply(moved.kept, (f"<sip:1001@192.0.2.9:5062>{instance}", 0), cseq=3)
    assert (uris(dropped.kept), dropped.removed) == (["sip:1001@198.51.100.7:40000"], ())


def test_several_contacts_of_one_request_are_several_phones():
    change = apply((), "<sip:a@192.0.2.9>", "<sip:b@192.0.2.9>;q=0.1")
    assert len(change.kept) == 2
    moved = apply(change.kept, ("<sip:a@192.0.2.9>", 0), "<sip:c@192.0.2.9>", cseq=2)
    assert uris(moved.kept) == ["sip:b@192.0.2.9", "sip:c@192.0.2.9"]


def test_at_the_limit_the_one_that_was_refreshed_longest_ago_makes_way():
    kept = ()
    for number in range(MAX_BINDINGS):
        kept = apply(kept, f"<sip:{number}@192.0.2.9>", call_id=f"c{number}", now=100.0 + number).kept
    change = apply(kept, "<sip:new@192.0.2.9>", call_id="new", now=150.0)
    assert len(change.kept) == MAX_BINDINGS
    assert uris(change.removed) == ["sip:0@192.0.2.9"]
    assert "sip:new@192.0.2.9" in uris(change.kept)


def test_who_has_just_come_is_never_the_one_to_make_way():
    kept = ()
    for number in range(MAX_BINDINGS):
        kept = apply(kept, (f"<sip:{number}@192.0.2.9>", 3600), call_id=f"c{number}").kept
    change = apply(kept, ("<sip:brief@192.0.2.9>", 60), call_id="new")
    assert "sip:brief@192.0.2.9" in uris(change.kept)
    assert uris(change.added) == ["sip:brief@192.0.2.9"]


def test_one_request_cannot_exceed_the_limit_either():
    change = apply((), *(f"<sip:{number}@192.0.2.9>" for number in range(MAX_BINDINGS + 5)))
    assert len(change.kept) == MAX_BINDINGS
    assert change.added == change.kept


def test_what_has_expired_is_dropped_on_the_way():
    first = apply((), "<sip:a@192.0.2.9>")
    assert alive(first.kept, 159.9) == first.kept
    assert alive(first.kept, 160.0) == ()
    change = apply(first.kept, "<sip:b@192.0.2.9>", call_id="c2", now=161.0)
    assert (uris(change.kept), uris(change.removed)) == (["sip:b@192.0.2.9"], ["sip:a@192.0.2.9"])


@pytest.mark.parametrize(
    ("contact", "hop", "nat", "kept"),
    [
        ("sip:1001@192.0.2.9:5062", HOP, False, HOP),
        ("sip:1001@10.0.0.7:5062", HOP, True, HOP),
        ("sip:1001@192.0.2.9:5070", TCP, False, replace(TCP, port=5070, connection=None)),
        ("sip:1001@192.0.2.9:5070", TCP, True, None),
        ("sip:1001@192.0.2.9", TCP, False, None),
        ("sip:1001@10.0.0.7:5070", TCP, False, None),
        ("sip:1001@phone.example:5070", TCP, False, None),
        ("tel:1001", TCP, False, None),
        ("sip:1001@192.0.2.9:5061", replace(TCP, transport="TLS"), False, None),
        ("sip:1001@192.0.2.9:5061", replace(TCP, transport="WS"), False, None),
        (
            "sip:1001@[2001:DB8::9]:5070",
            replace(TCP, host="2001:db8::9"),
            False,
            replace(TCP, host="2001:db8::9", port=5070, connection=None),
        ),
    ],
)
def test_the_way_to_a_phone_whose_stream_has_ended(contact, hop, nat, kept):
    before = replace(template(), contact=parse_uri(contact), hop=hop, behind_nat=nat)
    assert reachable_anew(before) == (None if kept is None else replace(before, hop=kept))


def test_phones_are_grouped_by_preference():
    bindings = apply(
        (), "<sip:a@192.0.2.9>;q=0.3", "<sip:b@192.0.2.9>", "<sip:c@192.0.2.9>;q=0.3", "<sip:d@192.0.2.9>;q=0"
    ).kept
    assert [[str(one.contact)[4] for one in group] for group in by_preference(bindings)] == [
        ["b"],
        ["a", "c"],
        ["d"],
    ]
    assert by_preference(()) == []


@given(st.lists(st.tuples(st.sampled_from("abcdefghijkl"), st.sampled_from((0, 60, 600))), max_size=40))
def test_whatever_is_registered_no_contact_stands_twice_and_what_goes_is_named(steps):
    kept = ()
    for number, (name, seconds) in enumerate(steps):
        before = kept
        change = apply(kept, (f"<sip:{name}@192.0.2.9>", seconds), call_id=f"c{number}", now=100.0 + number)
        kept = change.kept
        names = uris(kept)
        assert len(names) == len(set(names)) <= MAX_BINDINGS
        assert set(uris(before)) - set(names) == set(uris(change.removed))
        assert set(names) - set(uris(before)) <= set(uris(change.added))
