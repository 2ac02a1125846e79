"""Digest authentication as a server and as a client (RFC 3261 §22, RFC 7616, RFC 8760)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import ENCODING, ERRORS, parse_params, quote, split_outside
from softswitch.sip.message import Request, Response
from softswitch.sip.uri import dialled, parse_uri

MD5 = "MD5"
SHA256 = "SHA-256"
ALGORITHMS = (SHA256, MD5)
"""Strongest first: RFC 8760 §2.3 has the client take the topmost it knows."""

NONCE_LIFE = 7_500.0
"""Seconds a nonce is good for: more than twice the longest registration, so that a phone which refreshes
in time is not challenged again in the middle of a call."""
MAX_COUNTED = 20_000
"""Nonces whose count is remembered; the oldest falls out and is then challenged anew as stale."""
OVERTAKEN = 64
"""Counts below the highest that may still come, each once: datagrams overtake one another, but no further."""

_COUNT = re.compile(r"[0-9A-Fa-f]{8}\Z")

_HASH: dict[str, Callable[[bytes], str]] = {
    MD5: lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    SHA256: lambda data: hashlib.sha256(data).hexdigest(),
}


def ha1(algorithm: str, user: str, realm: str, password: str) -> str:
    """Return H(user:realm:password) in hex: what a registrar stores instead of the password."""
    return _HASH[algorithm](f"{user}:{realm}:{password}".encode(ENCODING, ERRORS))


def digest_response(
    algorithm: str,
    secret: str,
    *,
    method: str,
    uri: str,
    nonce: str,
    count: str = "",
    cnonce: str = "",
    qop: str = "",
) -> str:
    """Return the ``response`` value for the hashed secret HA1 (RFC 7616 §3.4.1; without qop, RFC 2069)."""
    digest = _HASH[algorithm]
    ha2 = digest(f"{method}:{uri}".encode(ENCODING, ERRORS))
    middle = f"{nonce}:{count}:{cnonce}:{qop}" if qop else nonce
    return digest(f"{secret}:{middle}:{ha2}".encode(ENCODING, ERRORS))


@dataclass(frozen=True, slots=True)
class Credentials:
    """The parameters of an Authorization or of a challenge; never shown, since they hold hashes."""

    values: dict[str, str] = field(repr=False)

    def get(self, name: str) -> str:
        """Return a parameter, "" when it is not there."""
        return self.values.get(name, "")

    @property
    def algorithm(self) -> str:
        """The algorithm in its registered spelling, MD5 when none is named."""
        return (self.get("algorithm") or MD5).upper()


def parse_digest(text: str) -> Credentials | None:
    """Read ``Digest name=value, …``; None for another scheme.

    Raises RemoteProtocolError(400) when a parameter is ill-formed or stands twice.
    """
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    params = parse_params(split_outside(rest, ","), what="credentials")
    return Credentials({name: value or "" for name, value in params.items()})


class Nonces:
    """Makes nonces that prove themselves: time, salt and a keyed signature; nothing is stored until used.

    ``secret`` outlives a restart, so that a phone's old nonce is known for ours and called stale instead of
    wrong. What was used of it is not remembered that long: ``start`` names this start of the switch, and
    nonces of another are good for nothing more.
    """

    def __init__(self, secret: bytes, *, life: float = NONCE_LIFE, start: str = "0") -> None:
        self._mac = hmac.new(secret, digestmod="sha256")
        """Has read the secret, and is copied for each nonce: that is cheaper than to read it again."""
        self._life = life
        self._start = start
        self._counts: OrderedDict[str, _Counts] = OrderedDict()
        self._forgotten = -1

    def make(self, now: float, salt: str, asker: str = "") -> str:
        """Return a fresh nonce; ``now`` is wall time in seconds, ``salt`` makes two of one second differ.

        It goes to the address ``asker``, and is good from anywhere: phones move.
        """
        stamp = f"{int(now):x}.{self._start}.{salt}.{_short(asker)}"
        return f"{stamp}.{self._sign(stamp)}"

    def ours(self, nonce: str) -> bool:
        """Tell whether we made this nonce."""
        stamp, dot, signature = nonce.rpartition(".")
        return bool(dot) and hmac.compare_digest(
            signature.encode(ENCODING, ERRORS), self._sign(stamp).encode()
        )

    def given_to(self, nonce: str, asker: str) -> bool:
        """Tell whether one of ours was made for this address, so that whoever uses it does receive there."""
        return nonce.split(".")[3] == _short(asker)

    def fresh(self, now: float, nonce: str) -> bool:
        """Tell whether one of ours is still good."""
        return nonce.split(".")[1] == self._start and -60 <= now - _made_at(nonce) <= self._life

    def count(self, nonce: str, number: int) -> bool:
        """Note a use of one of our nonces; False when this count was used before, or may have been.

        RFC 7616 §3.4.5. Lost counts and such as come late are taken, as far as :data:`OVERTAKEN`.
        """
        used = self._counts.get(nonce)
        if used is None and _made_at(nonce) <= self._forgotten:
            return False
        after = (used or _Counts()).with_one(number)
        if after is None:
            return False
        self._counts[nonce] = after
        self._counts.move_to_end(nonce)
        if len(self._counts) > MAX_COUNTED:
            oldest, _ = self._counts.popitem(last=False)
            self._forgotten = max(self._forgotten, _made_at(oldest))
        return True

    def _sign(self, stamp: str) -> str:
        mac = self._mac.copy()
        mac.update(stamp.encode(ENCODING, ERRORS))
        return base64.urlsafe_b64encode(mac.digest()[:18]).decode()


@dataclass(frozen=True, slots=True)
class _Counts:
    """Which counts of a nonce were used: ``below`` has a bit for each that is lower than the highest."""

    highest: int = 0
    below: int = 0

    def with_one(self, number: int) -> _Counts | None:
        """Return them with one more, None when that was used, or is too old to tell."""
        ahead = number - self.highest
        if ahead > 0:
            # Shifted as far as is looked at, and no further: a count has 32 bits.
            shifted = (self.below << 1 | 1) << min(ahead - 1, OVERTAKEN)
            return _Counts(number, shifted & (1 << OVERTAKEN) - 1)
        place = 1 << -ahead - 1 if -OVERTAKEN <= ahead < 0 else 0
        if number < 1 or not place or self.below & place:
            return None
        return _Counts(self.highest, self.below | place)


def _made_at(nonce: str) -> int:
    return int(nonce.split(".", 1)[0], 16)


def _short(asker: str) -> str:
    return hashlib.sha256(asker.encode(ENCODING, ERRORS)).hexdigest()[:8]


class Verdict(Enum):
    """What became of a request's credentials."""

    GOOD = "good"
    NONE = "no credentials"
    STALE = "right secret, old nonce"
    WRONG = "wrong secret"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict, and the user name the credentials gave ("" when none).

    ``proof`` is the response of wrong ones, by which a repeat of them is known.
    """

    verdict: Verdict
    user: str = ""
    proof: str = ""


def check(
    request: Request,
    *,
    now: float,
    realm: str,
    nonces: Nonces,
    secret_of: Callable[[str, str], str | None],
    asker: str = "",
) -> Outcome:
    """Judge the Authorization of a request for our realm that came from the address ``asker``.

    ``secret_of(user, algorithm)`` returns HA1, None for an unknown user; both cost the same hashes, so
    that the answer's time tells nothing about which users exist. Wrong credentials count as none where their
    nonce was given to another address: this one may be forged. Raises RemoteProtocolError(400) for
    credentials that cannot be read.
    """
    for name in ("Authorization", "Proxy-Authorization"):
        for text in request.fields.all(name):
            credentials = parse_digest(text)
            if credentials is not None and credentials.get("realm") == realm:
                outcome = _judge(request, credentials, now=now, nonces=nonces, secret_of=secret_of)
                if outcome.verdict is Verdict.WRONG and not nonces.given_to(credentials.get("nonce"), asker):
                    return Outcome(Verdict.NONE, outcome.user)
                return outcome
    return Outcome(Verdict.NONE)


def _judge(
    request: Request,
    credentials: Credentials,
    *,
    now: float,
    nonces: Nonces,
    secret_of: Callable[[str, str], str | None],
) -> Outcome:
    user, nonce, algorithm = credentials.get("username"), credentials.get("nonce"), credentials.algorithm
    qop, count = credentials.get("qop"), credentials.get("nc")
    if algorithm not in _HASH or qop not in ("", "auth") or not nonces.ours(nonce):
        return Outcome(Verdict.NONE)
    if qop and (not _COUNT.match(count) or not credentials.get("cnonce")):
        raise RemoteProtocolError(400, "Bad digest credentials")
    if not _same_target(request, credentials.get("uri")):
        raise RemoteProtocolError(400, "Digest is for another URI")
    secret = secret_of(user, algorithm)
    expected = digest_response(
        algorithm,
        secret if secret is not None else "",
        method=request.method,
        uri=credentials.get("uri"),
        nonce=nonce,
        count=count,
        cnonce=credentials.get("cnonce"),
        qop=qop,
    )
    given = credentials.get("response").lower().encode(ENCODING, ERRORS)
    if not hmac.compare_digest(expected.encode(), given) or secret is None:
        return Outcome(Verdict.WRONG, user, credentials.get("response")[: len(expected)])
    # RFC 7616 §3.3: right digest, unusable nonce: stale=true lets the phone repeat without asking its owner.
    # Without qop there is no count, and nothing else to tell a replay by: such a nonce serves once.
    if not nonces.fresh(now, nonce) or not nonces.count(nonce, int(count, 16) if qop else 1):
        return Outcome(Verdict.STALE, user)
    return Outcome(Verdict.GOOD, user)


def _same_target(request: Request, said: str) -> bool:
    """Tell whether credentials are meant for a request's target.

    RFC 7616 §3.4.6 has both name the same resource, or else assume an attack: who can hold back an INVITE
    could otherwise let it dial another number. What proxies and phones write differently is left alone: host,
    port and parameters; so are URIs without a user, as some phones say.
    """
    if said == request.target:
        return True
    try:
        one, other = dialled(parse_uri(said)), dialled(request.uri)
    except RemoteProtocolError:
        return False
    return not one or not other or one == other


def challenges(realm: str, nonce: str, *, stale: bool, algorithms: tuple[str, ...] = ALGORITHMS) -> list[str]:
    """Return the WWW-Authenticate values of a 401, one an algorithm, in this order (RFC 8760 §2.2)."""
    tail = ", stale=true" if stale else ""
    return [
        f'Digest realm={quote(realm)}, nonce="{nonce}", qop="auth", algorithm={algorithm}{tail}'
        for algorithm in algorithms
    ]


def is_stale(response: Response) -> bool:
    """Tell whether a 401 or 407 says that the password was right, the nonce too old (RFC 7616 §3.3)."""
    values = [*response.fields.all("WWW-Authenticate"), *response.fields.all("Proxy-Authenticate")]
    found = (parse_digest(value) for value in values)
    return any(one is not None and one.get("stale").lower() == "true" for one in found)


def authorize(
    request: Request, response: Response, *, user: str, password: str, cnonce: str, count: int = 1
) -> bool:
    """Add credentials for a 401 or 407 to a request about to be sent again; False when none can be made.

    The first challenge with a known algorithm is answered (RFC 8760 §2.3).
    """
    ask, give = (
        ("WWW-Authenticate", "Authorization")
        if response.status == 401
        else ("Proxy-Authenticate", "Proxy-Authorization")
    )
    for text in response.fields.all(ask):
        challenge = parse_digest(text)
        if challenge is None or challenge.algorithm not in _HASH:
            continue
        request.fields.put(give, _answer(challenge, request, user, password, cnonce, count))
        return True
    return False


def _answer(
    challenge: Credentials, request: Request, user: str, password: str, cnonce: str, count: int
) -> str:
    algorithm, realm, nonce = challenge.algorithm, challenge.get("realm"), challenge.get("nonce")
    qop = "auth" if "auth" in [part.strip() for part in challenge.get("qop").split(",")] else ""
    number = f"{count:08x}" if qop else ""
    value = digest_response(
        algorithm,
        ha1(algorithm, user, realm, password),
        method=request.method,
        uri=request.target,
        nonce=nonce,
        count=number,
        cnonce=cnonce if qop else "",
        qop=qop,
    )
    parts = [
        f"username={quote(user)}",
        f"realm={quote(realm)}",
        f"nonce={quote(nonce)}",
        f"uri={quote(request.target)}",
        f'response="{value}"',
        f"algorithm={algorithm}",
    ]
    if qop:
        parts += [f"cnonce={quote(cnonce)}", f"qop={qop}", f"nc={number}"]
    if challenge.get("opaque"):
        parts.append(f"opaque={quote(challenge.get('opaque'))}")
    return "Digest " + ", ".join(parts)
