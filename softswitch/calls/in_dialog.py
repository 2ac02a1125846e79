"""How a leg answers what its phone asks inside the dialog: re-INVITE, UPDATE, INFO, REFER, OPTIONS."""

from __future__ import annotations

from typing import Final

from softswitch.calls.bodies import SDP, check_body, has_description, is_optional, sdp_of
from softswitch.calls.hangup import Termination
from softswitch.calls.keys import INFO, digit_of_info
from softswitch.calls.leg import Leg, Progress
from softswitch.calls.referral import Referral
from softswitch.calls.signals import Referred
from softswitch.sip.abilities import ALLOW, SUPPORTED
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.message import Request, Response
from softswitch.sip.offer_answer import Agreement, answer, offer
from softswitch.sip.replaces import parse_refer
from softswitch.sip.session_timer import granted, min_se
from softswitch.sip.signals import Incoming

INFO_TYPES: Final = "application/dtmf-relay, application/dtmf"


def requested(leg: Leg, incoming: Incoming) -> None:
    """Answer a request inside the dialog of a leg."""
    try:
        match incoming.request.method:
            case "BYE":
                reply(leg, incoming, 200)
                leg.ended(Termination(leg.hung_up_reason(), leg.side()))
            case "INVITE":
                _reinvited(leg, incoming)
            case "UPDATE":
                _updated(leg, incoming)
            case "PRACK":
                _proved(leg, incoming)
            case "INFO":
                _informed(leg, incoming)
            case "REFER":
                _referred(leg, incoming)
            case "OPTIONS":
                reply(leg, incoming, 200, ("Allow", ALLOW), ("Accept", SDP), ("Supported", SUPPORTED))
            case _:
                reply(leg, incoming, 405, ("Allow", ALLOW))
    except RemoteProtocolError as error:
        reply(leg, incoming, error.status, *error.fields, reason=error.reason)


def _reinvited(leg: Leg, incoming: Incoming) -> None:
    """Answer a re-INVITE (RFC 3261 §14.2); one we cannot accept leaves everything as it was."""
    request = incoming.request
    if leg.progress is not Progress.UP:
        # RFC 3261 §14.2: our own INVITE of this dialog has no answer yet.
        raise RemoteProtocolError(491, "Request Pending")
    check_body(request)
    timer, timer_fields = granted(request)
    leg.session.learn(min_se(request))
    if has_description(request):
        agreement = answer(sdp_of(request), leg.local())
        ours = agreement.ours
    else:
        agreement, ours = None, offer(leg.local(), before=leg.ours)
    response = _response(leg, incoming, 200, *timer_fields)
    response.put_body(ours.to_bytes(), SDP)
    leg.offered = ours if agreement is None else None
    leg.around.signaller.respond(incoming.transaction, response, contact=leg.contact())
    leg.sent(ours)
    leg.seen_at(incoming.hop)
    leg.session.agree(timer)
    if agreement is not None:
        leg.agreed(agreement)


def _updated(leg: Leg, incoming: Incoming) -> None:
    """Answer an UPDATE (RFC 3311 §5.2): a new offer, or a sign of life."""
    request = incoming.request
    check_body(request)
    timer, timer_fields = granted(request)
    leg.session.learn(min_se(request))
    agreement = _agreement(leg, request)
    response = _response(leg, incoming, 200, *timer_fields)
    if agreement is not None:
        response.put_body(agreement.ours.to_bytes(), SDP)
    leg.around.signaller.respond(incoming.transaction, response)
    leg.seen_at(incoming.hop)
    if leg.progress is Progress.UP:
        leg.session.agree(timer)
    if agreement is not None:
        leg.sent(agreement.ours)
        leg.agreed(agreement)


def _agreement(leg: Leg, request: Request) -> Agreement | None:
    if not has_description(request):
        return None
    if not leg.may_be_offered:
        raise _offer_too_early()
    return answer(sdp_of(request), leg.local())


def _proved(leg: Leg, incoming: Incoming) -> None:
    """Answer the PRACK of our 1xx, whose body is the answer to our offer, or an offer (RFC 3262 §5)."""
    request = incoming.request
    try:
        agreement = _offered_by_prack(leg, request)
    except RemoteProtocolError:
        leg.proved(request, None)  # What it holds is refused; that it came counts all the same.
        raise
    response = _response(leg, incoming, 200)
    if agreement is not None:
        response.put_body(agreement.ours.to_bytes(), SDP)
        leg.sent(agreement.ours)
    leg.around.signaller.respond(incoming.transaction, response)
    leg.proved(request, agreement)


def _offered_by_prack(leg: Leg, request: Request) -> Agreement | None:
    check_body(request)
    if leg.offered is not None or not has_description(request):
        return None
    if leg.stream is None:
        raise _offer_too_early()
    return answer(sdp_of(request), leg.local())


def _offer_too_early() -> RemoteProtocolError:
    # RFC 3311 §5.2: the offer of the INVITE has no answer yet.
    return RemoteProtocolError(500, "An offer before the last was answered", fields=(("Retry-After", "2"),))


def _informed(leg: Leg, incoming: Incoming) -> None:
    content_type = incoming.request.content_type
    digit = digit_of_info(content_type.kind if content_type else "", incoming.request.body)
    if digit is None and incoming.request.body and not is_optional(incoming.request):
        raise RemoteProtocolError(415, "Unsupported Media Type", fields=(("Accept", INFO_TYPES),))
    reply(leg, incoming, 200)
    if digit:
        leg.keys.press(digit, INFO, leg.around.clock.monotonic())


def _referred(leg: Leg, incoming: Incoming) -> None:
    """Hand a REFER to the call, which accepts or refuses it."""
    if leg.progress is not Progress.UP:
        raise RemoteProtocolError(403, "Nothing to transfer yet")
    reference = parse_refer(incoming.request)
    last = leg.referral
    if last is not None and not last.over:
        # Each that waits would keep its transaction and its place among the call's signals.
        raise RemoteProtocolError(491, "Its last transfer is not over")
    leg.referral = Referral(leg.around.signaller, incoming, reference, first=last is None)
    leg.tell(leg, Referred(leg.referral))


def _response(
    leg: Leg, incoming: Incoming, status: int, *fields: tuple[str, str], reason: str = ""
) -> Response:
    response = leg.around.signaller.stack.response(incoming.transaction, status, reason)
    for name, value in fields:
        response.fields.add(name, value)
    return response


def reply(leg: Leg, incoming: Incoming, status: int, *fields: tuple[str, str], reason: str = "") -> None:
    """Answer a request inside a leg's dialog; ``reason`` is said in a Warning."""
    response = _response(leg, incoming, status, *fields, reason=reason)
    leg.around.signaller.respond(incoming.transaction, response)
