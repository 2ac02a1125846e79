"""Messages between the signalling process and a worker: msgpack, each with its length in four octets."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

_LENGTH = 4
_encoder = msgspec.msgpack.Encoder()

Message = TypeVar("Message")


def pack(message: msgspec.Struct) -> bytes:
    """Write one message."""
    body = _encoder.encode(message)
    return len(body).to_bytes(_LENGTH, "big") + body


class Inbox(Generic[Message]):
    """Cuts a stream into messages of one union."""

    # msgspec takes a union of types, which has no type of its own to name here.
    def __init__(self, union: Any) -> None:  # noqa: ANN401
        self._decoder = msgspec.msgpack.Decoder(union)
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Add what was read; return the messages that are complete."""
        self._buffer += data
        messages: list[Message] = []
        while len(self._buffer) >= _LENGTH:
            end = _LENGTH + int.from_bytes(self._buffer[:_LENGTH], "big")
            if len(self._buffer) < end:
                break
            messages.append(self._decoder.decode(bytes(self._buffer[_LENGTH:end])))
            del self._buffer[:end]
        return messages
