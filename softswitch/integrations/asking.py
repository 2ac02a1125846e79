"""Requests of channels: what an answer over HTTP, or its absence, means for a delivery."""

from __future__ import annotations

from typing import Final

from softswitch.integrations.http_errors import (
    GivenUp,
    HttpError,
    StatusRefused,
    TlsRefused,
    Unreachable,
)
from softswitch.integrations.http_messages import Http, Request, Response
from softswitch.outbox.model import NotNow, Refused

GONE: Final = 410
"""The other side wants nothing more of this (RFC 9110 §15.5.11)."""

OURS_TO_MEND: Final = frozenset({401, 402, 403, 404, 405, 407})
"""A wrong token, address or method, or an empty account: the operator mends it, and nothing is lost."""


class Gone(Refused):
    """The other side wants nothing more at all."""


async def asked(http: Http, request: Request) -> Response:
    """Send a request and return its answer, which is a success; raise NotNow, Refused, and of these Gone."""
    try:
        return (await http.ask(request)).checked()
    except StatusRefused as error:
        # A redirect is not followed, as its target may be anywhere: the new address belongs into the file.
        if error.status in OURS_TO_MEND or 300 <= error.status < 400:
            raise NotNow(str(error), after=error.after, whole=True) from None
        if error.temporary or error.status >= 500:
            raise NotNow(str(error), after=error.after, whole=error.status in (429, 503)) from None
        raise (Gone if error.status == GONE else Refused)(str(error)) from None
    except GivenUp as error:
        raise NotNow(str(error), after=error.after, whole=True) from None
    except HttpError as error:
        if not error.temporary:
            # An address that may not be asked is a matter of the configuration, too.
            raise NotNow(str(error), whole=True) from None
        raise NotNow(str(error), whole=isinstance(error, Unreachable | TlsRefused)) from None
