"""What the trace makes of the wire, away from its path: streams in messages, calls apart from all else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from softswitch.sip.grammar import MAX_BODY, MAX_HEAD
from softswitch.transport.ring import GAP, IN, OUT, Noted

CALL_METHODS: Final = frozenset(
    {b"INVITE", b"ACK", b"BYE", b"CANCEL", b"PRACK", b"UPDATE", b"INFO", b"REFER"}
)
"""What calls are made of. All else is of phones and strangers."""

MOST_A_SECOND: Final = 2000
"""Messages of phones and strangers kept of one second: as many as an exchange of ten thousand phones brings
that comes back after a power cut. A flood beyond it would wash away all that was before."""

_CSEQ = re.compile(rb"\ncseq[ \t]*:[ \t]*[0-9]+[ \t]+([a-z]+)", re.IGNORECASE)
_CALL_ID = re.compile(rb"\n(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"\n(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,7})", re.IGNORECASE)
_REFER_EVENT = re.compile(rb"\n(?:event|o)[ \t]*:[ \t]*refer\b", re.IGNORECASE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class StreamPieces:
    """Cuts what a stream brought into messages, as far as they can be told apart; judges nothing."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, data: bytes) -> list[bytes]:
        """Return the messages that are whole with ``data``; the rest waits."""
        waiting, whole = self._rest + data, []
        while waiting := waiting.lstrip(b"\r\n"):
            end = _HEAD_END.search(waiting)
            if end is None:
                break
            length = _LENGTH.search(waiting, 0, end.end())
            size = end.end() + (int(length[1]) if length else 0)
            if len(waiting) < size <= end.end() + MAX_BODY:
                break
            whole.append(waiting[:size])
            waiting = waiting[size:]
        if len(waiting) > MAX_HEAD + MAX_BODY:
            # No message is that long: the stack has closed the stream by now.
            whole.append(waiting)
            waiting = b""
        self._rest = waiting
        return whole


class Allowance:
    """How much of what does not belong to calls is kept of each second."""

    def __init__(self, most: int = MOST_A_SECOND) -> None:
        self._most = most
        self._second = 0
        self._seen = 0

    def limited(self, messages: Sequence[Noted]) -> list[Noted]:
        """Return what is kept of messages that go on in time; a GAP stands for those that are not."""
        kept: list[Noted] = []
        for noted in messages:
            if int(noted.at) != self._second:
                kept += self._gap(noted)
                self._second, self._seen = int(noted.at), 0
            self._seen += 1
            if self._seen <= self._most:
                kept.append(noted)
        return kept

    def _gap(self, after: Noted) -> list[Noted]:
        missing = self._seen - self._most
        return [Noted(after.at, GAP, after.hop, b"%d" % missing)] if missing > 0 else []


def sort(messages: Sequence[Noted]) -> tuple[list[Noted], list[Noted]]:
    """Return what belongs to calls, and what to phones and strangers.

    An INVITE that proves nothing and is refused without a 100 is a stranger's, or the first half of a
    challenge: whoever sends thousands of them shall not push the calls out.
    """
    turned_away = _turned_away(messages)
    calls: list[Noted] = []
    others: list[Noted] = []
    for noted in messages:
        of_call = is_of_call(noted.data)
        if of_call and turned_away and _call_id(noted.data) in turned_away and not _proves(noted.data):
            of_call = False
        (calls if of_call else others).append(noted)
    return calls, others


def is_of_call(data: bytes) -> bool:
    """Tell whether a message is of the kind that calls are made of."""
    method = method_of(data)
    return method in CALL_METHODS or (method == b"NOTIFY" and _REFER_EVENT.search(data) is not None)


def method_of(data: bytes) -> bytes:
    """Return the method of a request, or that a response answers; b"" for what is neither."""
    if not data.startswith(b"SIP/"):
        method, space, _ = data.partition(b" ")
        return method if space and len(method) < 20 else b""
    found = _CSEQ.search(data)
    return found[1].upper() if found else b""


def _turned_away(messages: Sequence[Noted]) -> frozenset[bytes]:
    asked = {
        _call_id(noted.data)
        for noted in messages
        if noted.kind == IN and noted.data.startswith(b"INVITE ") and not _proves(noted.data)
    }
    if not asked:
        return frozenset()
    answers = [
        (noted.data[8:11], _call_id(noted.data))
        for noted in messages
        if noted.kind == OUT and noted.data.startswith(b"SIP/2.0 ") and method_of(noted.data) == b"INVITE"
    ]
    refused = {call_id for status, call_id in answers if status >= b"300"}
    taken = {call_id for status, call_id in answers if status == b"100"}
    return frozenset((asked & refused) - taken - {b""})


def _proves(data: bytes) -> bool:
    return b"uthorization" in data


def _call_id(data: bytes) -> bytes:
    found = _CALL_ID.search(data)
    return found[1].strip() if found else b""
