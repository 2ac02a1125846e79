"""What one leg does about SRTP: whether it may or must be, and the keys it sends with (RFC 4568)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from softswitch.calls.bodies import has_description, sdp_of
from softswitch.calls.hangup import CALLEE, Reason, Termination, of_status
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request
from softswitch.sip.offer_answer import check_offer
from softswitch.sip.sdes import Keyring, Keys, Protection
from softswitch.sip.sdp import SessionDescription

NO_SRTP: Final = 488
"""What phones answer to an offer of SRTP that they cannot take (RFC 4568 §7.1.2 with RFC 3261 §21.4.26)."""


def refusal(request: Request, wanted: Protection, party: str) -> Termination | None:
    """Return why the offer of an INVITE of ``party`` cannot be answered; None when it can, or without one."""
    if not has_description(request):
        return None
    try:
        theirs = sdp_of(request)
    except RemoteProtocolError as error:
        return Termination(Reason.BAD_DESCRIPTION, detail=error.reason)
    if _answerable(theirs, wanted):
        return None
    if _answerable(theirs, Protection.OFFERED):  # It is our will alone that stands between.
        required = wanted is Protection.REQUIRED
        return Termination(Reason.SRTP_REQUIRED if required else Reason.SRTP_OFF, detail=party)
    return Termination(Reason.NO_COMMON_CODEC)


def _answerable(theirs: SessionDescription, protection: Protection) -> bool:
    try:
        check_offer(theirs, protection)
    except RemoteProtocolError:
        return False
    return True


class LegProtection:
    """The policy of a leg, its keys, and whether its next offer is one of SRTP.

    ``random`` returns so many random octets.
    """

    def __init__(self, policy: Protection, random: Callable[[int], bytes]) -> None:
        self.policy = policy
        self.keys = Keyring(random)
        self.secured = policy is Protection.REQUIRED
        self._suite: str | None = None

    def propose(self, hop: Hop) -> None:
        """Let the first offer be one of SRTP if it may be, and nobody on the way can read the keys."""
        if self.policy is Protection.OFFERED and hop.secure:
            self.secured = True

    def fall_back(self, status: int) -> bool:
        """Tell whether to offer again without SRTP after a refusal: once, and never where required."""
        if status != NO_SRTP or not self.secured or self.policy is Protection.REQUIRED:
            return False
        self.secured = False
        return True

    def meaning(self, status: int, party: str) -> Termination:
        """Return what a refusal of a called phone means: without SRTP it may be able to, but it may not."""
        if status == NO_SRTP and self.policy is Protection.REQUIRED:
            return Termination(Reason.SRTP_REQUIRED, CALLEE, party)
        return of_status(status)

    def renew(self) -> None:
        """Offer another key from now on.

        RFC 4568 §7.1.4: who names another port than before "MUST include a new master key with the offer".
        """
        if self._suite is not None:
            self.keys.forget(self._suite)

    def agreed(self, keys: Keys | None) -> None:
        """Note what was agreed: later offers ask for the same.

        A key that is left is never said again, as its packets would be counted from 0 again, and a key stream
        come twice.
        """
        suite = keys.suite if keys is not None else None
        if self._suite is not None and suite != self._suite:
            self.keys.forget(self._suite)
        self._suite, self.secured = suite, suite is not None
