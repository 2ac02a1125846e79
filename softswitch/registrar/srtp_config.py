"""The part of an account's configuration that belongs to SRTP, and what is to be said about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

SrtpSetting = Literal["off", "offered", "required"]
"""``off`` refuses SRTP, ``offered`` takes it from phones that offer it and offers it to those that registered
over TLS, ``required`` makes no call without."""


def readable_keys(settings: Mapping[str, SrtpSetting], *, tls: bool) -> Iterator[tuple[str, str]]:
    """Yield the first account whose keys anybody on the way can read, and a sentence about all of them.

    RFC 4568 §8.3: without TLS, whoever reads the signalling reads the keys in it. It is allowed all the
    same: who listens to the sound alone hears nothing.
    """
    users = [user for user, setting in settings.items() if setting == "required"]
    if tls or not users:
        return
    more = f" (and {len(users) - 1} more)" if len(users) > 1 else ""
    yield (
        users[0],
        f"SRTP is required of {users[0]}{more}, but phones reach this switch without TLS: "
        "who reads their signalling reads the keys in it",
    )
