import io

import numpy as np
import pytest
import soundfile

from softswitch.speech.engine import Sound
from softswitch.speech.sound import (
    EDGE_DB,
    PEAK_DBOV,
    decode_wav,
    for_telephone,
    from_pcm,
    limit,
    speech_level,
    to_pcm,
    trim,
)
from tests.speech.fakes import tone


def sine(hertz, seconds, amplitude, rate=8000):
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 48000])
@pytest.mark.parametrize("amplitude", [0.003, 0.1, 0.9])
def test_one_rate_one_loudness_one_edge(rate, amplitude):
    quiet = np.zeros(rate, np.float32)
    voice = sine(500, 1.0, amplitude, rate)
    made = from_pcm(for_telephone(Sound(rate, to_pcm(np.concatenate([quiet, voice, quiet])))))
    assert len(made) / 8000 == pytest.approx(0.040 + 1.0 + 0.120, abs=0.025)
    assert np.abs(made[:200]).max() < 0.01
    assert np.abs(made[400:480]).max() > 0.05
    assert speech_level(made) == pytest.approx(-20.0, abs=0.3)


def test_sound_without_silence_gets_its_lead_and_tail():
    made = from_pcm(for_telephone(Sound(8000, to_pcm(sine(500, 0.5, 0.5)))))
    assert not made[:318].any()
    assert not made[-950:].any()
    assert len(made) == 4000 + 320 + 960


def test_a_soft_consonant_at_the_edge_is_kept():
    soft = sine(2500, 0.1, 0.3 * 10 ** (-(EDGE_DB - 8) / 20))
    voice = sine(300, 0.4, 0.3)
    assert len(trim(np.concatenate([soft, voice]))) == len(soft) + len(voice) + 320 + 960


def test_a_short_word_in_long_silence_is_found():
    silence = np.zeros(8000 * 5, np.float32)
    assert len(trim(np.concatenate([silence, sine(300, 0.1, 0.3), silence]))) == 800 + 320 + 960


def test_pauses_do_not_make_speech_louder():
    talk = sine(500, 0.5, 0.3)
    pause = np.zeros(8000, np.float32)
    assert speech_level(np.concatenate([talk, pause, talk])) == pytest.approx(speech_level(talk), abs=0.1)
    assert speech_level(talk) == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.1)


def test_peaks_are_bent_not_cut():
    rng = np.random.default_rng(1)
    spiky = sine(400, 1.0, 0.1)
    spiky[rng.integers(0, len(spiky), 40)] = 3.0
    ceiling = 10 ** (PEAK_DBOV / 20)
    limited = limit(spiky, ceiling)
    assert len(limited) == len(spiky)
    assert np.abs(limited).max() <= ceiling * 1.0001
    calm = sine(400, 1.0, 0.1)
    assert limit(calm, ceiling) is calm


@pytest.mark.parametrize("samples", [b"", b"\0\0" * 8000, b"\1\0" * 8000])
def test_silence_is_not_speech(samples):
    with pytest.raises(ValueError, match="no speech"):
        for_telephone(Sound(8000, samples))


def test_stereo_files_are_mixed_and_other_files_refused():
    buffer = io.BytesIO()
    both = np.stack([sine(440, 0.2, 0.4), np.zeros(1600, np.float32)], axis=1)
    soundfile.write(buffer, both, 8000, format="WAV", subtype="FLOAT")
    sound = decode_wav(buffer.getvalue())
    assert sound.sample_rate == 8000
    assert np.abs(from_pcm(sound.samples)).max() == pytest.approx(0.2, abs=0.01)
    with pytest.raises(ValueError, match="not a sound file"):
        decode_wav(b"hello")


def test_samples_over_full_scale_do_not_wrap():
    assert to_pcm(np.array([2.0, -2.0, 1.0], np.float32)) == b"\xff\x7f\x00\x80\xff\x7f"
    assert from_pcm(b"\x00\x80\x01").tolist() == [-1.0]
    assert tone().sample_rate == 16000
