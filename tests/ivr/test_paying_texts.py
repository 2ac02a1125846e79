"""What is said of money is said in both languages, and truthfully."""

from __future__ import annotations

import pytest

from softswitch.ivr import paying_texts as texts
from softswitch.ivr.desks.till import Standing

ENDS = set(Standing) - {Standing.WANTS_CODE, Standing.CONFIRMING}


@pytest.mark.parametrize("standing", sorted(ENDS))
def test_every_end_has_its_words_in_both_languages(standing):
    said = texts.result(standing, "").text
    assert said is not None
    assert said.keys() == {"pl", "en"}


def test_nothing_was_charged_is_said_only_where_that_is_known():
    for standing in ENDS:
        charged_nothing = "Nic nie pobrano" in (texts.result(standing, "").text or {})["pl"]
        assert charged_nothing == (standing in (Standing.REFUSED, Standing.ABORTED, Standing.NOT_TAKEN))
    assert all("Nic nie pobrano" in (text.text or {})["pl"] for text in texts.REFUSALS.values())
    assert "Proszę nie płacić drugi raz" in (texts.result(Standing.UNKNOWN, "").text or {})["pl"]
