"""A code shows nowhere."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from softswitch.payments.code import Code

SECRET = "771234"


def test_it_shows_in_no_text():
    code = Code(SECRET)
    shown = f"{code} {code!r} {[code]} {(code,)} %s" % code
    assert SECRET not in shown
    assert code.reveal() == SECRET


@pytest.mark.parametrize("digits", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "12 456", "123456\n"])
def test_anything_else_is_refused_and_not_repeated(digits):
    with pytest.raises(ValueError, match="has 6 digits") as caught:
        Code(digits)
    assert not digits or digits not in "".join(traceback.format_exception_only(caught.value))


def test_it_is_never_written_down():
    with pytest.raises(TypeError, match="never written down"):
        pickle.dumps(Code(SECRET))
    with pytest.raises(TypeError, match="never written down"):
        copy.copy(Code(SECRET))
