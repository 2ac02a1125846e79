"""One listening: which messages there are, which is the present one, and what becomes of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from softswitch.voicemail.model import Message, State


class Session:
    """The messages of a box as they were found, in their order; what is deleted goes at the end.

    Pure: what is done to a message is carried out by who holds this.
    """

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = list(messages)
        self._place = 0
        self._deleted: set[str] = set()

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def present(self) -> Message | None:
        """The message that is spoken of, None where there is none, or the last is over."""
        return self._messages[self._place] if self._place < len(self._messages) else None

    @property
    def deleted(self) -> tuple[Message, ...]:
        """What is to be deleted when the call ends."""
        return tuple(one for one in self._messages if one.id in self._deleted)

    def count(self, state: State) -> int:
        """Return how many messages of a state there are that stay."""
        return sum(one.state is state and one.id not in self._deleted for one in self._messages)

    def is_deleted(self) -> bool:
        """Tell whether the present message is to be deleted."""
        return self.present is not None and self.present.id in self._deleted

    def next(self) -> bool:
        """Go on to the next message; tell whether there is one."""
        self._place = min(self._place + 1, len(self._messages))
        return self.present is not None

    def previous(self) -> bool:
        """Go back to the message before; tell whether there is one."""
        self._place -= 1
        if self._place >= 0:
            return True
        self._place = 0
        return False

    def change(self, state: State | None = None, *, urgent: bool | None = None) -> None:
        """Take that the present message is in another state, or urgent, or not."""
        if (one := self.present) is not None:
            self._messages[self._place] = replace(
                one, state=state or one.state, urgent=one.urgent if urgent is None else urgent
            )

    def toggle_deleted(self) -> bool:
        """Delete the present message at the end, or keep it after all; tell which of the two it is now."""
        if (one := self.present) is not None:
            self._deleted ^= {one.id}
        return self.is_deleted()

    def keep_present(self) -> None:
        """Keep the present message after all."""
        if (one := self.present) is not None:
            self._deleted.discard(one.id)
