"""Problems that no service raises: what the router refuses, and faults of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from softswitch.errors import Excuse
from softswitch.web.errors import Busy, NotThere, WebError

RETRY_SECONDS: Final = 5


class NotAllowed(WebError):
    """There is such a path, and not that method."""

    status = 405
    code = "method"
    title = "Not with this method"

    def __init__(self, allowed: str) -> None:
        super().__init__(f"This takes {allowed}." if allowed else "This does not take that method.")
        self._allowed = allowed

    def headers(self) -> dict[str, str]:
        """Return the methods there are (RFC 9110 §15.5.6 wants them)."""
        return {"Allow": self._allowed}


class Malformed(WebError):
    """The request cannot be read."""

    status = 400
    code = "malformed"
    title = "The request cannot be read"


def refusal_of(status: int, headers: Mapping[str, str]) -> WebError:
    """Return what a refusal of the router's is in our words."""
    match status:
        case 404:
            return NotThere("There is nothing at this address.")
        case 405:
            return NotAllowed(headers.get("Allow") or headers.get("allow") or "")
        case _:
            return Malformed("The request cannot be read: is the body JSON, as Content-Type says?")


def problem_of(error: Exception, excuse: Excuse) -> WebError:
    """Return what a fault of ours is told as: its kind alone, which finds it in the log.

    ``excuse`` gives the sentence for what passes by itself, such as a disk that is full.
    """
    if sentence := excuse(error):
        return Busy(sentence, retry_after=RETRY_SECONDS)
    if isinstance(error, TimeoutError):
        return Busy("What lies behind does not answer.", retry_after=RETRY_SECONDS)
    return WebError(f"The switch made a mistake ({type(error).__name__}); its log says more.")
