import pytest

from softswitch.sip.stateless import StatelessAnswers
from tests.sip.messages import request_of, text_of


@pytest.fixture
def answers():
    return StatelessAnswers("secret", "softswitch")


def tag(answers, **options):
    return answers.answer(request_of(text_of(**options)), 401).to.tag


def test_the_same_request_gets_the_same_tag(answers):
    # RFC 3261 §8.2.7
    assert tag(answers) == tag(answers) == tag(answers, extra="X: 1\r\n")
    assert len(tag(answers)) == 16
    differing = [{"call_id": "other"}, {"cseq": 2}, {"branch": "z9hG4bKtwo"}, {"method": "INVITE"}]
    assert len({tag(answers), *(tag(answers, **one) for one in differing)}) == 5
    assert tag(StatelessAnswers("other", "softswitch")) != tag(answers)


def test_a_tag_that_is_there_stays(answers):
    assert tag(answers, to_tag="theirs") == "theirs"


def test_what_it_says(answers):
    fields = (("Unsupported", "x"),)
    response = answers.answer(request_of(text_of()), 420, reason="Not that", fields=fields)
    assert (response.status, response.fields.get("Unsupported")) == (420, "x")
    assert response.fields.get("Server") == "softswitch"
    assert response.fields.get("Warning") == '399 softswitch "Not that"'


def test_an_answer_to_what_cannot_be_read_copies_what_is_there(answers):
    request = request_of(b"OPTIONS sip:b SIP/2.0\r\nVia: x\xff\r\nTo: ???\r\n\r\n")
    response = answers.answer(request, 400)
    assert (response.fields.get("To") or "").startswith("???;tag=")
    assert response.fields.all("Via") == ["x\udcff"]
