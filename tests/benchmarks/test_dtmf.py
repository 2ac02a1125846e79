import json

import numpy as np
import pytest

from benchmarks import dtmf
from benchmarks.dtmf import Row, dial, dynamic_range, hear, lanes, main, music, noise, table, talk_off
from benchmarks.key_sounds import dial_tone, typed
from media.errors import MediaError
from media.g711 import ALAW, LAWS, ULAW
from media.soundfiles import write_wave


@pytest.fixture(autouse=True)
def few_phases(monkeypatch):
    monkeypatch.setattr(dtmf, "PHASES", (0, 37))


def test_each_sound_has_its_own_keys():
    sounds = [typed(keys, 50, 50, low_dbm0=-7, high_dbm0=-7) for keys in ("12", "", "9D#") if keys]
    assert hear([*sounds, np.zeros(1000)], ULAW) == ["12", "9D#", ""]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("test", [dynamic_range, dial])
def test_rows_of_the_laboratory_are_reached(test, law):
    row = test(law)
    assert row.ok, row


def test_noise_is_counted_from_one_tone():
    row = noise(ALAW, 50)
    assert row.ok, row
    assert row.stimulus == "50 digits in white noise"


def test_speech_with_a_key_in_it_counts_every_way_it_was_played():
    sounds = [typed("5", 60, 60, low_dbm0=-12, high_dbm0=-12), dial_tone(8000, -12)]
    row = talk_off("talk-off", "no speech at all", sounds, ALAW)
    ways = len(dtmf.SPEECH_GAINS_DB) * len(dtmf.SPEECH_PHASES)
    assert row.reached.startswith(f"{ways} hits in ")
    assert not row.ok


def test_the_hold_music_holds_no_key():
    row = music("hold music", [dtmf.read_sound(dtmf.HOLD_MUSIC).astype(np.float64)], 50, ALAW)
    assert row.reached == "0 hits in 52 s"
    assert row.ok


def test_lanes_hold_every_sound_whole():
    sounds = [np.full(length, float(length)) for length in (800, 1600, 2400, 160)]
    laid = np.concatenate(lanes(sounds, 2))
    assert [np.count_nonzero(laid == length) for length in (800, 1600, 2400, 160)] == [800, 1600, 2400, 160]
    assert len(lanes(sounds, 2)) == 2


def test_a_folder_without_sounds_is_refused(tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    with pytest.raises(MediaError, match="holds no WAV file"):
        dtmf.sound_files(tmp_path)
    write_wave(tmp_path / "one.wav", np.ones(80, np.int16))
    assert len(dtmf.sound_files(tmp_path)) == 1


A_ROW = Row("decode", "sixteen digits", "each once", "all", "240 of 240", True)


def test_the_table_says_which_row_is_short():
    short = Row("noise", "a thousand", "15 dB", "9 dB", "16 dB", False)
    head, good, bad = table([A_ROW, short]).splitlines()
    assert head.split() == ["test", "stimulus", "must", "spandsp", "reached"]
    assert good.endswith("  ok")
    assert bad.endswith("16 dB       SHORT")


def test_figures_as_json(monkeypatch, capsys):
    monkeypatch.setattr(dtmf, "measure", lambda options, law: [A_ROW])
    assert main(["--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == ["A-law", "µ-law"]
    assert printed["A-law"][0]["reached"] == "240 of 240"


def test_a_missing_folder_is_said(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(dtmf, "TABLE", ())
    assert main(["--speech", str(tmp_path), "--law", "a"]) == 1
    assert "holds no WAV file" in capsys.readouterr().err
