import io

import pytest

from softswitch.speech.worker import FRAME_HEAD, MAX_FRAME_BYTES, MissingError, pack_frame, read_frame, serve

REQUEST = {"words": "zażółć", "language": "pl", "voice": "pl", "rate": 1.0}


def talk(load, *requests):
    sink = io.BytesIO()
    serve(load, io.BytesIO(b"".join(pack_frame(request) for request in requests)), sink)
    sink.seek(0)
    answers = []
    while (frame := read_frame(sink)) is not None:
        answers.append(frame)
    return answers


def test_a_frame_comes_back_as_it_was():
    assert read_frame(io.BytesIO(pack_frame(REQUEST, b"\0\1"))) == (REQUEST, b"\0\1")
    assert read_frame(io.BytesIO(b"")) is None
    assert read_frame(io.BytesIO(pack_frame(REQUEST, b"\0\1")[:-1])) is None


def test_nonsense_is_not_read():
    with pytest.raises(ValueError, match="a frame of"):
        read_frame(io.BytesIO(FRAME_HEAD.pack(MAX_FRAME_BYTES, 1)))


def test_the_library_is_loaded_once_and_late():
    loads = []

    def load():
        loads.append(True)
        return lambda request: (16000, request["words"].encode())

    assert talk(load) == []
    assert not loads
    assert talk(load, REQUEST, REQUEST) == [({"sample_rate": 16000}, "zażółć".encode())] * 2
    assert len(loads) == 1


def test_errors_are_answers_and_the_next_text_is_spoken():
    def speak(request):
        if request["words"] == "bad":
            raise RuntimeError("no")
        return 8000, b"ok"

    first, second = talk(lambda: speak, {**REQUEST, "words": "bad"}, REQUEST)
    assert first == ({"error": "RuntimeError: no", "missing": False}, b"")
    assert second == ({"sample_rate": 8000}, b"ok")


def test_a_missing_library_is_told_apart():
    def load():
        raise MissingError("not here")

    assert talk(load, REQUEST) == [({"error": "not here", "missing": True}, b"")]
