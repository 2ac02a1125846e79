"""Requests that would never be let out: their addresses are inner ones that nobody allowed.

A name is looked up when it is asked, so nothing is said of names here. An address that is written out is
known before: better told at a start than by a message that waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from yarl import URL

from softswitch.integrations.addresses import Reach, literal, read_place
from softswitch.integrations.http_config import HttpConfig

REASON: Final = "asks {place}, an inner address: nothing gets there until http: allow names it"


def inner_places(http: HttpConfig, urls: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield place and reason of each address in ``urls`` (by place) that ``http`` lets nobody ask."""
    reach = Reach(tuple(read_place(text) for text in http.allow), http.only_listed)
    for where, text in urls.items():
        # Variables stand behind the host; braces in a path are nothing to it.
        url = URL(text.partition("{{")[0])
        address = literal(url.host or "")
        if address is None or url.port is None:
            continue
        if not reach.allows(url.host or "", url.port, address):
            shown = f"[{url.host}]" if address.version == 6 else url.host
            yield where, REASON.format(place=f"{shown}:{url.port}")
