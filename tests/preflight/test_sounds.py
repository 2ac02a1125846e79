"""Files that are played."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from tests.preflight.lines import ANNA, faults, written


def test_music_is_opened(file: Path) -> None:
    def reason(name: str) -> str:
        (fault,) = faults(written(file, f"{ANNA}music: {name}\n"))
        start = f"line 4: music: {file.parent / name}: "
        assert fault.startswith(start)
        return fault.removeprefix(start)

    assert reason("none.flac") == "No such file or directory"
    (file.parent / "folder").mkdir()
    assert reason("folder") == "holds no sound file"
    (file.parent / "text.flac").write_text("no sound", encoding="ascii")
    assert reason("text.flac").startswith("is no sound file")
    soundfile.write(file.parent / "empty.wav", np.zeros(0, np.int16), 8000)
    assert reason("empty.wav") == "holds no sound"
    soundfile.write(file.parent / "music.wav", np.zeros(80, np.int16), 8000)
    assert faults(written(file, f"{ANNA}music: music.wav\n")) == []
    (file.parent / "folder" / "a.mp3").write_text("no sound", encoding="ascii")
    text = f"{ANNA}music:\n  shuffle: true\n  play:\n    - music.wav\n    - folder\n"
    (fault,) = faults(written(file, text))
    assert fault.startswith(f"line 8: music.play.1: {file.parent / 'folder' / 'a.mp3'}: is no sound file")


def test_folders_that_are_not_there(file: Path) -> None:
    config = written(file, f"{ANNA}speech: {{piper_voices: voices}}\nmedia: {{timings: log/t.jsonl}}\n")
    assert faults(config) == [
        f"line 4: speech.piper_voices: there is no folder {file.parent}/voices",
        f"line 5: media.timings: there is no folder {file.parent}/log",
    ]
