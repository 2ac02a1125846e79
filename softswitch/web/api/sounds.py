"""Sound files as they are answered: in pieces, by ranges, and never from outside their folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import Response
from fastapi.responses import FileResponse

from softswitch.web.errors import NotThere
from softswitch.web.services.kept import Sound


async def sound_answer(sound: Sound) -> Response:
    """Return a file as an answer; raise NotThere where there is none in its folder.

    Ranges are served (RFC 9110 §14), so that a player can jump.
    """
    place = await asyncio.to_thread(_place, sound)
    return FileResponse(place, media_type=sound.kind, filename=sound.name)


def _place(sound: Sound) -> Path:
    """Return where a file really lies: a link or dots may lead elsewhere."""
    folder, place = sound.folder.resolve(), sound.path.resolve()
    if not place.is_relative_to(folder) or not place.is_file():
        raise NotThere("The sound is not there any more.")
    return place
