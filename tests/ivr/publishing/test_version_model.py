"""The checksum of a version: of all that callers can hear of it, and of nothing else."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.publishing.version_model import Content

CONTENTS = st.builds(Content, st.text(), st.dictionaries(st.text(), st.text()))


def test_of_a_text_alone_it_is_what_other_programs_make_of_the_file() -> None:
    assert Content("tree: a\n", {}).checksum == hashlib.sha256(b"tree: a\n").hexdigest()


@given(CONTENTS, CONTENTS)
def test_it_differs_where_text_or_sounds_do(one: Content, other: Content) -> None:
    assert (one.checksum == other.checksum) == (one == other)


def test_another_sound_is_another_version() -> None:
    assert len({Content("t", {"a": x}).checksum for x in ("", "1", "2")} | {Content("t", {}).checksum}) == 4
