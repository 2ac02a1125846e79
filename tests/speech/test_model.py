import pytest

from softswitch.speech.errors import RequestRefused
from softswitch.speech.model import MAX_TEXT_CHARACTERS, SpeechRequest


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (SpeechRequest(""), "nothing to say"),
        (SpeechRequest(" ... \n"), "nothing to say"),
        (SpeechRequest("a" * (MAX_TEXT_CHARACTERS + 1)), "4001 characters"),
        (SpeechRequest("a", rate=0.4), "rate 0.4"),
        (SpeechRequest("a", rate=float("nan")), "rate nan"),
    ],
)
def test_what_no_engine_could_speak_is_refused(request_, reason):
    with pytest.raises(RequestRefused, match=reason):
        request_.check()


def test_a_lone_sign_can_be_spoken():
    SpeechRequest("*").check()
    SpeechRequest("ż", rate=2.0).check()
    assert SpeechRequest("x") == SpeechRequest("x", language="pl", voice=None, rate=1.0)
