"""What can go wrong in a request, each with its answer (RFC 9457, Problem Details for HTTP APIs).

::

    SoftswitchError
    └── WebError                        ``status``, ``code``, a sentence, and where in the request
        ├── Unproved            401     no token, or none that holds
        ├── Forbidden           403     the token does not go so far
        ├── NotThere            404     there is no such thing, or it is not this token's business
        ├── NotConfigured       404     this line has no such part
        ├── Conflict            409     it cannot be done as things are
        ├── Stale               412     somebody else changed it meanwhile
        ├── TooLarge            413     more octets than are taken
        ├── Unacceptable        422     what was given cannot be right; names each field
        ├── Unconditional       428     a change must say which state it is about (If-Match)
        ├── TooMany             429     too many requests, or wrong tokens, in too short a time
        └── Busy                503     not now: too much at once, or something behind does not answer

Services that are handed in raise these; nothing else of theirs is told to whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from softswitch.errors import SoftswitchError

PROBLEM_TYPE: Final = "application/problem+json"
"""RFC 9457 §3."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a request: where (``body.numbers.0``, ``query.limit``) and why."""

    where: str
    reason: str


class WebError(SoftswitchError):
    """A request is answered with a problem. ``str()`` is the sentence for whoever sent it."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "fault"
    title: ClassVar[str] = "A fault of the switch"

    def __init__(self, detail: str, *, faults: tuple[Fault, ...] = (), retry_after: int = 0) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults
        self.retry_after = retry_after
        """Seconds after which another try makes sense, 0 for nothing to say."""

    def headers(self) -> dict[str, str]:
        """Return the header fields that belong to the answer."""
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}

    def document(self, instance: str) -> dict[str, object]:
        """Return the problem as RFC 9457 §3.1 has it; ``instance`` is the path that was asked for."""
        problem: dict[str, object] = {
            "type": f"urn:softswitch:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
        }
        if self.faults:
            problem["errors"] = [{"where": one.where, "reason": one.reason} for one in self.faults]
        return problem


class Unproved(WebError):
    """There is no token, or none that holds. What exactly is wrong with it is nobody's business."""

    status = 401
    code = "no_token"
    title = "A token is needed"

    def __init__(self) -> None:
        super().__init__("Send a token that holds, in the header field Authorization: Bearer TOKEN.")

    def headers(self) -> dict[str, str]:
        """Return the challenge (RFC 6750 §3)."""
        return {"WWW-Authenticate": 'Bearer realm="softswitch"'}


class Forbidden(WebError):
    """The token does not go so far."""

    status = 403
    code = "scope"
    title = "The token does not allow this"


class NotThere(WebError):
    """There is no such thing, or it is not this token's business: the two are not told apart."""

    status = 404
    code = "not_found"
    title = "There is no such thing"


class NotConfigured(NotThere):
    """This line has no such part."""

    code = "not_configured"
    title = "This line has no such part"


class Conflict(WebError):
    """It cannot be done as things are."""

    status = 409
    code = "conflict"
    title = "It cannot be done as things are"


class Stale(WebError):
    """Somebody else has changed it meanwhile."""

    status = 412
    code = "stale"
    title = "It was changed meanwhile"


class TooLarge(WebError):
    """More octets than are taken."""

    status = 413
    code = "too_large"
    title = "Too large"


class Unacceptable(WebError):
    """What was given cannot be right; ``faults`` names each field."""

    status = 422
    code = "invalid"
    title = "The request is not right"


class Unconditional(WebError):
    """A change must say which state it is about."""

    status = 428
    code = "if_match_needed"
    title = "If-Match is needed"


class TooMany(WebError):
    """Too many requests, or wrong tokens, in too short a time."""

    status = 429
    code = "too_many"
    title = "Too many requests"


class Busy(WebError):
    """Not now: too much at once, or something behind does not answer."""

    status = 503
    code = "busy"
    title = "Not now"
