"""The pictures are those of the menus of today."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.write_pictures import picture, pictures

PICTURES = pictures()


def test_every_line_to_try_has_pictures() -> None:
    folders = {place.parent.name for place in PICTURES.values()}
    assert folders >= {"docs", "bank", "broker", "b2b", "ecommerce", "helpline", "payments"}


@pytest.mark.parametrize("tree", PICTURES, ids=lambda tree: tree.stem)
def test_a_picture_shows_the_menu_of_today(tree: Path) -> None:
    assert PICTURES[tree].read_text(encoding="utf-8") == picture(tree), "run tools/write_pictures.py"
