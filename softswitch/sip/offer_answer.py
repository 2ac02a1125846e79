"""Offers and answers for one audio stream (RFC 3264, RFC 6337), as pure functions.

The switch talks G.711 and telephone-event; every other m-line of an offer is refused with port 0 and
keeps its place. What both sides agreed on comes out as a :class:`Stream`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.sdes import Crypto, Keyring, Keys, Protection, build_crypto, choose
from softswitch.sip.sdp import Attribute, Media, Origin, SessionDescription

PCMU = "PCMU"
PCMA = "PCMA"
STATIC = {"0": PCMU, "8": PCMA}
"""Payload types that need no rtpmap (RFC 3551 table 4)."""
STATIC_NUMBER = {name: int(number) for number, name in STATIC.items()}
TELEPHONE_EVENT = "TELEPHONE-EVENT"
OUR_DIGITS_PAYLOAD = 101
"""The dynamic type nearly every phone uses for telephone-event: equal numbers spare a mapping."""
PACKET_MS = 20
"""The packet time we ask for, and send where a phone asks for none: RFC 3551's default for G.711."""
PACKET_TIMES = (10, 20, 30, 40, 60)
"""Packet times that are sent to phones that ask for them."""
COMFORT_NOISE = "13"
"""Payload type of comfort noise at 8 kHz (RFC 3389)."""
PLAIN, SECURE = "RTP/AVP", "RTP/SAVP"
PLAIN_PROFILES = frozenset({PLAIN, "RTP/AVPF"})
SECURE_PROFILES = frozenset({SECURE, "RTP/SAVPF"})
"""The profiles with feedback (RFC 4585, RFC 5124) are answered as they are offered: we send none, and need
none to be sent."""
HELD_HOSTS = frozenset({"0.0.0.0", "::"})
"""The old way to hold (RFC 2543; RFC 3264 §8.4): an address nothing can be sent to."""


class Direction(Enum):
    """Who sends, seen from the side that says it (RFC 3264 §5.1)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        """Tell whether the speaker of this direction sends."""
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        """Tell whether the speaker of this direction wants to receive."""
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    def mirrored(self) -> Direction:
        """Return the same seen from the other side."""
        return _MIRROR[self]


_MIRROR = {
    Direction.SENDRECV: Direction.SENDRECV,
    Direction.SENDONLY: Direction.RECVONLY,
    Direction.RECVONLY: Direction.SENDONLY,
    Direction.INACTIVE: Direction.INACTIVE,
}


@dataclass(frozen=True, slots=True)
class Local:
    """Our end of the stream: where we receive, which codecs we like best first, and the o= line's numbers.

    ``protection`` is what answers must heed, ``secured`` says that an offer is to be one of SRTP; unless SRTP
    is refused both need the ``keys`` we send with.
    """

    host: str
    port: int
    session: int
    version: int = 1
    codecs: tuple[str, ...] = (PCMA, PCMU)
    protection: Protection = Protection.REFUSED
    keys: Keyring | None = None
    secured: bool = False

    def crypto(self, chosen: Crypto) -> Crypto:
        """Return the line that answers one of theirs."""
        return self._keys.crypto(chosen.tag, chosen.suite)

    def offered_crypto(self) -> tuple[Crypto, ...]:
        """Return the lines of an offer, none for one without SRTP."""
        return self._keys.offer() if self.secured else ()

    @property
    def _keys(self) -> Keyring:
        if self.keys is None:
            raise LocalProtocolError("SRTP without keys")
        return self.keys


@dataclass(frozen=True, slots=True)
class Stream:
    """What both sides agreed on, seen from ours.

    ``host`` and ``port`` are where the peer says it receives; ``digits_payload`` is the payload type
    of telephone-event, None when the peer has none; ``held`` says that the peer put us on hold.
    ``packet_ms`` is the packet time the peer wants. Its RTCP port is ``control_port``, 0 for the one after
    the RTP's (RFC 3605), or shared with the RTP (RFC 5761); ``hush`` says that it takes comfort noise.
    ``keys`` are those of SRTP, None for a stream that everybody on the way can hear.
    """

    host: str
    port: int
    codec: str
    payload: int
    digits_payload: int | None
    digits_rate: int
    direction: Direction
    held: bool
    packet_ms: int = PACKET_MS
    control_port: int = 0
    shared_port: bool = False
    hush: bool = False
    keys: Keys | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    """What of an offer is taken: which line, with which codec, and which ``a=crypto`` of it."""

    index: int
    line: Media
    codec: str
    payload: int
    crypto: Crypto | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A finished exchange: the stream, and our description as last sent (its shape binds later offers)."""

    stream: Stream
    ours: SessionDescription


def offer(
    local: Local, *, direction: Direction = Direction.SENDRECV, before: SessionDescription | None = None
) -> SessionDescription:
    """Make an offer.

    ``before`` is our description so far in the same dialog: RFC 3264 §8 wants its m-lines kept in place.
    """
    first = None
    if before is not None:
        first = next((i for i, line in enumerate(before.media) if line.kind == "audio" and line.port), None)
    # A phone that took "RTP/AVP" with keys, or with feedback, is asked for the same again.
    usual = SECURE if local.secured else PLAIN
    protocol = before.media[first].protocol if before is not None and first is not None else usual
    codecs = [(name, STATIC_NUMBER[name]) for name in local.codecs]
    audio = _audio(
        local, codecs, (OUR_DIGITS_PAYLOAD, 8000), direction, protocol, crypto=local.offered_crypto()
    )
    media = [audio]
    if before is not None:
        media = [
            audio if index == first else replace(line, port=0, attributes=(), host=None)
            for index, line in enumerate(before.media)
        ]
        if first is None:
            media.append(audio)
    return SessionDescription(Origin(local.session, local.version, local.host), local.host, tuple(media))


def check_offer(theirs: SessionDescription, protection: Protection) -> str:
    """Return the codec an answer would choose; raise RemoteProtocolError(488) as :func:`answer` would."""
    return _choice(theirs, (PCMA, PCMU), protection).codec


def answer(theirs: SessionDescription, local: Local) -> Agreement:
    """Answer an offer; raise RemoteProtocolError(488) when it holds no audio we can take.

    The first usable audio line is taken, one with SRTP before one without, with the first codec of the offer
    that we know (RFC 3264 §6.1: the answerer follows the offerer's preference) and telephone-event under the
    offer's number.
    """
    choice = _choice(theirs, local.codecs, local.protection)
    line, codec, payload = choice.line, choice.codec, choice.payload
    said, held = _their_direction(theirs, line)
    crypto = local.crypto(choice.crypto) if choice.crypto is not None else None
    lines = () if crypto is None else (crypto,)
    codecs = [(codec, payload)]
    ours = _audio(local, codecs, _digits(line), said.mirrored(), line.protocol, crypto=lines)
    if line.attribute("rtcp-mux") is not None:
        ours = replace(ours, attributes=(*ours.attributes, ("rtcp-mux", None)))
    if _takes_hush(line):
        ours = replace(ours, formats=(*ours.formats, COMFORT_NOISE))
    media = tuple(
        ours if index == choice.index else Media(other.kind, 0, other.protocol, other.formats)
        for index, other in enumerate(theirs.media)
    )
    description = SessionDescription(Origin(local.session, local.version, local.host), local.host, media)
    stream = _stream(theirs, line, codec, payload, said.mirrored(), held)
    if crypto is not None and choice.crypto is not None:
        stream = replace(stream, keys=_keys(crypto, choice.crypto))
    return Agreement(stream, description)


def accept(ours: SessionDescription, theirs: SessionDescription) -> Agreement:
    """Read the answer to our offer; raise RemoteProtocolError(488) when it takes no audio.

    Payload numbers are the peer's: in an answer they may differ from those offered (RFC 3264 §6.1). Where we
    offered keys, an answer without one is none.
    """
    known = (PCMA, PCMU)
    for mine, line in zip(ours.media, theirs.media, strict=False):
        if mine.kind != "audio" or not mine.port or not _usable(line) or not (found := _codecs(line, known)):
            continue
        if (mine.protocol in SECURE_PROFILES) != (line.protocol in SECURE_PROFILES):
            continue
        keys = None
        if offers := mine.values("crypto"):
            keys = _answered_keys(offers, line)
            if keys is None:
                continue
        codec, payload = found[0]
        said, held = _their_direction(theirs, line)
        offered = _said(ours, mine)
        direction = _meet(offered, said.mirrored())
        # Silence that we asked for ourselves is no hold of theirs.
        stream = _stream(theirs, line, codec, payload, direction, held and offered.sends)
        # Neither was offered, so neither may be used, whatever the answer says.
        return Agreement(replace(stream, shared_port=False, hush=False, keys=keys), ours)
    raise RemoteProtocolError(488, "Answer without usable audio")


def _choice(theirs: SessionDescription, codecs: tuple[str, ...], protection: Protection) -> _Choice:
    """Choose what to take of an offer; raise RemoteProtocolError(488) when there is nothing."""
    found, unfit = [], False
    for index, line in enumerate(theirs.media):
        if not _usable(line) or not (common := _codecs(line, codecs)):
            continue
        crypto = choose(line.values("crypto")) if protection is not Protection.REFUSED else None
        # A line of SRTP is answered with keys or not at all; one without may have them all the same, as
        # phones send that would like to be encrypted and need not be.
        if crypto is None and (line.protocol in SECURE_PROFILES or protection is Protection.REQUIRED):
            unfit = True
            continue
        found.append(_Choice(index, line, *common[0], crypto))
    if not found:
        raise RemoteProtocolError(488, "No common encryption" if unfit else "No common codec")
    return next((choice for choice in found if choice.crypto is not None), found[0])


def _answered_keys(offers: list[str], line: Media) -> Keys | None:
    """Return the keys of an answer: one line, with tag and suite of one we offered (RFC 4568 §5.1.3)."""
    theirs = choose(line.values("crypto"))
    for ours in (choose((offer,)) for offer in offers):
        if theirs is not None and ours is not None and (ours.tag, ours.suite) == (theirs.tag, theirs.suite):
            return _keys(ours, theirs)
    return None


def _keys(ours: Crypto, theirs: Crypto) -> Keys:
    return Keys(theirs.suite, ours.key.key, theirs.key.key, theirs.key.mki)


def _meet(one: Direction, other: Direction) -> Direction:
    sends, receives = one.sends and other.sends, one.receives and other.receives
    if sends:
        return Direction.SENDRECV if receives else Direction.SENDONLY
    return Direction.RECVONLY if receives else Direction.INACTIVE


def _usable(line: Media) -> bool:
    known = line.protocol in PLAIN_PROFILES or line.protocol in SECURE_PROFILES
    return line.kind == "audio" and line.port != 0 and known


def _codecs(line: Media, ours: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return (name, payload type) of the codecs in the line's order that we know."""
    maps = line.mapped("rtpmap")
    found = []
    for number in line.formats:
        name, _, rest = maps.get(number, STATIC.get(number, "") + "/8000").partition("/")
        if name.upper() in ours and rest in ("8000", "8000/1") and _number(number, most=127) >= 0:
            found.append((name.upper(), int(number)))
    return found


def _digits(line: Media) -> tuple[int, int] | None:
    """Return payload type and clock rate of telephone-event, the 8 kHz one before others."""
    found = []
    formats = frozenset(line.formats)
    for number, text in line.mapped("rtpmap").items():
        name, _, rate = text.partition("/")
        if name.upper() == TELEPHONE_EVENT and _number(number, most=127) >= 0 and number in formats:
            hertz = _number(rate, most=192_000)
            found.append((int(number), hertz if hertz > 0 else 8000))
    return min(found, key=lambda item: item[1] != 8000, default=None)


def _number(text: str, *, most: int) -> int:
    """Return the decimal number ``text``, -1 when it is none or over ``most``."""
    # "isdigit" alone lets superscripts through, which int() refuses.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= most else -1


def _said(description: SessionDescription, line: Media) -> Direction:
    """Return the direction a description gives its line; the session's holds where the line has none."""
    for part in (line, description):
        for direction in Direction:
            if part.attribute(direction.value) is not None:
                return direction
    return Direction.SENDRECV


def _their_direction(theirs: SessionDescription, line: Media) -> tuple[Direction, bool]:
    """Return the peer's direction, and whether it holds us; 0.0.0.0 says that it takes nothing."""
    said = _said(theirs, line)
    if (line.host or theirs.host) in HELD_HOSTS:
        said = _meet(said, Direction.SENDONLY)
    return said, not said.receives


def _stream(
    theirs: SessionDescription, line: Media, codec: str, payload: int, direction: Direction, held: bool
) -> Stream:
    host = line.host or theirs.host
    if host is None:
        raise RemoteProtocolError(400, "SDP without an address")
    digits = _digits(line)
    ptime = _number(line.attribute("ptime") or "", most=60)
    return Stream(
        host=host,
        port=line.port,
        codec=codec,
        payload=payload,
        digits_payload=digits[0] if digits else None,
        digits_rate=digits[1] if digits else 8000,
        direction=direction,
        held=held,
        packet_ms=ptime if ptime in PACKET_TIMES else PACKET_MS,
        control_port=_control_port(line),
        shared_port=line.attribute("rtcp-mux") is not None,
        hush=_takes_hush(line),
    )


def _control_port(line: Media) -> int:
    """Return the port of ``a=rtcp`` (RFC 3605 §2.1), 0 where there is none that can be used."""
    number, _, _ = (line.attribute("rtcp") or "").partition(" ")
    return max(_number(number, most=65_535), 0)


def _takes_hush(line: Media) -> bool:
    return COMFORT_NOISE in line.formats


def _audio(
    local: Local,
    codecs: list[tuple[str, int]],
    digits: tuple[int, int] | None,
    direction: Direction,
    protocol: str,
    *,
    crypto: Sequence[Crypto],
) -> Media:
    formats = [str(number) for _, number in codecs]
    attributes: list[Attribute] = [("rtpmap", f"{number} {name}/8000") for name, number in codecs]
    if digits is not None:
        number, rate = digits
        formats.append(str(number))
        attributes.append(("rtpmap", f"{number} telephone-event/{rate}"))
        attributes.append(("fmtp", f"{number} 0-15"))
    attributes.append(("ptime", str(PACKET_MS)))
    attributes.append((direction.value, None))
    attributes.extend(("crypto", build_crypto(one)) for one in crypto)
    return Media("audio", local.port, protocol, tuple(formats), None, tuple(attributes))
