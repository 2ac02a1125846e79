"""The program inside a speech engine's own process. Run by path, never imported by it as a package.

It loads one speech library and turns requests on standard input into sound on standard output until the
input ends. espeak-ng and Piper are under the GPL: they are loaded here and nowhere else, and this file
imports nothing of the switch, so that the two are separate programs that talk over a pipe.

A frame, both ways: the length of the head and of the body (two unsigned 32-bit big-endian integers), the
head (a JSON object in UTF-8), the body (sound, or nothing).

    to the worker      {"words": ..., "language": ..., "voice": ..., "rate": 1.0}
    from the worker    {"sample_rate": 22050} + s16le samples, or {"error": "...", "missing": false}
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

FRAME_HEAD = struct.Struct("!II")

MAX_FRAME_BYTES = 64 * 1024 * 1024
"""Ten minutes of sound at 48 kHz: more than the longest text can give. Anything over it is a broken pipe."""

NICENESS = 10
"""Calls go first: a text may wait a moment, a packet of audio may not."""

Head = dict[str, Any]
Speaker = Callable[[Head], tuple[int, bytes]]
"""Takes a request, returns sample rate and s16le mono samples."""


class MissingError(Exception):
    """The library or the voice is not there; trying again will not help."""


def pack_frame(head: Head, body: bytes = b"") -> bytes:
    """Return the bytes of one frame."""
    encoded = json.dumps(head).encode()
    return FRAME_HEAD.pack(len(encoded), len(body)) + encoded + body


def read_frame(stream: BinaryIO) -> tuple[Head, bytes] | None:
    """Return the next frame, or None when the other side has closed. Raises ValueError on nonsense."""
    prefix = stream.read(FRAME_HEAD.size)
    if len(prefix) < FRAME_HEAD.size:
        return None
    head_size, body_size = FRAME_HEAD.unpack(prefix)
    if head_size + body_size > MAX_FRAME_BYTES:
        raise ValueError(f"a frame of {head_size + body_size} bytes")
    head, body = stream.read(head_size), stream.read(body_size)
    return (json.loads(head), body) if len(body) == body_size else None


# --- espeak-ng: constants of espeak-ng/speak_lib.h ---------------------------------------------------

AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_DONT_EXIT = 0x8000
PARAMETER_RATE = 1
POSITION_CHARACTER = 1
CHARS_UTF8 = 1

ESPEAK_WORDS_PER_MINUTE = 160
"""A little under the library's 175: a telephone cuts the consonants' highs, so they get more time."""


def espeak_speaker() -> Speaker:
    """Load espeak-ng (the library that comes with espeakng-loader) and return what speaks with it."""
    try:
        loader = importlib.import_module("espeakng_loader")
        library = ctypes.CDLL(loader.get_library_path())
    except (ImportError, OSError) as error:
        raise MissingError(f"espeak-ng cannot be loaded ({error})") from error
    heard = bytearray()
    callback_type = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
    )

    def collect(samples: Any, count: int, _events: Any) -> int:  # noqa: ANN401 - ctypes pointers have no type
        if samples and count > 0:
            heard.extend(ctypes.string_at(samples, count * ctypes.sizeof(ctypes.c_short)))
        return 0

    callback = callback_type(collect)
    data_path = str(loader.get_data_path()).encode()
    sample_rate = library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data_path, INITIALIZE_DONT_EXIT)
    if sample_rate <= 0:
        raise MissingError("espeak-ng found no voice data")
    library.espeak_SetSynthCallback(callback)

    def speak(request: Head) -> tuple[int, bytes]:
        # The C side keeps only the address of the callback: this reference keeps the object alive.
        _ = callback
        heard.clear()
        if library.espeak_SetVoiceByName(str(request["voice"]).encode()) != 0:
            raise MissingError(f"espeak-ng has no voice {request['voice']!r}")
        library.espeak_SetParameter(PARAMETER_RATE, round(ESPEAK_WORDS_PER_MINUTE * request["rate"]), 0)
        text = str(request["words"]).encode() + b"\0"
        status = library.espeak_Synth(text, len(text), 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None)
        if status != 0:
            raise RuntimeError(f"espeak-ng refused the text (status {status})")
        library.espeak_Synchronize()
        return sample_rate, bytes(heard)

    return speak


def hibari_speaker() -> Speaker:
    """Load the hibari voices on demand and return what speaks with them."""
    try:
        hibari = importlib.import_module("hibari")
        voices = importlib.import_module("hibari.voices")
        numpy = importlib.import_module("numpy")
    except ImportError as error:
        raise MissingError(f"hibari cannot be loaded ({error})") from error
    loaded: dict[str, Any] = {}

    def speak(request: Head) -> tuple[int, bytes]:
        name = request["voice"]
        if name not in loaded:
            # The library would fetch a missing voice from the network in the middle of a call.
            try:
                model = voices.voice_path(name, download_missing=False)
            except (FileNotFoundError, ValueError) as error:
                raise MissingError(f"hibari has no voice {name!r} here") from error
            loaded[name] = hibari.Hibari(voice=name, model=model)
        # A fixed seed: the same text is the same sound, so that tests and cached prompts agree.
        samples = loaded[name](request["words"], speed=request["rate"], seed=0)
        whole = numpy.clip(numpy.rint(samples * 32767.0), -32768, 32767).astype("<i2")
        return int(hibari.SAMPLE_RATE), whole.tobytes()

    return speak


def piper_speaker() -> Speaker:
    """Load Piper and, on demand, the voices whose files are named, and return what speaks with them."""
    try:
        piper = importlib.import_module("piper")
    except ImportError as error:
        raise MissingError(f"Piper cannot be loaded ({error})") from error
    loaded: dict[str, Any] = {}

    def speak(request: Head) -> tuple[int, bytes]:
        path = request["voice"]
        if path not in loaded:
            loaded[path] = piper.PiperVoice.load(path)
        settings = piper.SynthesisConfig(length_scale=1.0 / request["rate"])
        chunks = list(loaded[path].synthesize(request["words"], syn_config=settings))
        if not chunks:
            return loaded[path].config.sample_rate, b""
        return chunks[0].sample_rate, b"".join(chunk.audio_int16_bytes for chunk in chunks)

    return speak


SPEAKERS: dict[str, Callable[[], Speaker]] = {
    "espeak": espeak_speaker,
    "hibari": hibari_speaker,
    "piper": piper_speaker,
}


def serve(load: Callable[[], Speaker], source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests from ``source`` on ``sink`` until it ends. The library is loaded at the first."""
    speak: Speaker | None = None
    while (frame := read_frame(source)) is not None:
        request, _ = frame
        try:
            if speak is None:
                speak = load()
            sample_rate, samples = speak(request)
            answer = pack_frame({"sample_rate": sample_rate}, samples)
        except MissingError as error:
            answer = pack_frame({"error": str(error), "missing": True})
        except Exception as error:  # noqa: BLE001 - whatever a library raises is told to the switch, which logs it
            answer = pack_frame({"error": f"{type(error).__name__}: {error}", "missing": False})
        sink.write(answer)
        sink.flush()


def main() -> None:
    """Serve the engine named on the command line over standard input and output."""
    # Libraries print: what they print must not land between two frames.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.nice(NICENESS)
    serve(SPEAKERS[sys.argv[1]], sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
