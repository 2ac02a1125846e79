"""Who calls, as people are told apart."""

from __future__ import annotations

import pytest

from softswitch.calls.origin import known_party


@pytest.mark.parametrize("party", ["+48600100200", "2001", "2001@outside", "anonymously"])
def test_who_shows_a_number_is_known_by_it(party):
    assert known_party(party) == party


@pytest.mark.parametrize("party", ["anonymous", "anonymous@outside"])
def test_who_hides_it_is_nobody_so_that_no_two_are_taken_for_each_other(party):
    assert known_party(party) == ""
