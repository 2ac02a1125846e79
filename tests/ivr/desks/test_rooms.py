import pytest

from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.words import exit_word


@pytest.mark.parametrize("end", [*ProgramEnd, *MessageEnd, *CallbackEnd])
def test_every_end_has_a_word(end):
    assert exit_word(end.value, "pl") != end.value
    assert "_" not in exit_word(end.value, "en")
