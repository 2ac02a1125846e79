"""Phones of the benchmarks, as far as SIP goes: bytes in, bytes out, from plain templates.

Not the switch's own stack, so that the generator costs little and its reading of the wire is a second one.
Only the digest's arithmetic is shared. One exchange is a registration or a call, from its first request to
the answer of its last; the shell (``benchmarks.phones``) owns the socket and the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import count
from typing import Final

from softswitch.sip.digest import MD5, digest_response, ha1

Address = tuple[str, int]

_FIELD: Final = re.compile(rb"^(call-id|to|cseq|contact|(?:www|proxy)-authenticate): *(.*?)\r?$", re.M | re.I)
_AUDIO: Final = re.compile(rb"^m=audio (\d+) ", re.M)
_CONNECTION: Final = re.compile(rb"^c=IN IP[46] ([^\s/]+)", re.M)
_CHALLENGE: Final = re.compile(r'(realm|nonce|opaque)="([^"]*)"')
_QOP: Final = re.compile(r"\bqop=")
_CHALLENGES: Final = {
    401: ("www-authenticate", "Authorization"),
    407: ("proxy-authenticate", "Proxy-Authorization"),
}
"""By status: the field that challenges, and the one that answers (RFC 3261 §22)."""
_BRACKETED: Final = re.compile(r"<([^>]*)>")
_COPIED: Final = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")
"""Fields a response takes over from its request (RFC 3261 §8.2.6.2)."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls; ``secret`` is HA1, computed once as a phone would, and "" where the realm is not known."""

    user: str
    secret: str
    password: str = ""

    def secret_for(self, realm: str) -> str:
        """Return the secret to be proven in a realm."""
        return self.secret or _secret(self.user, realm, self.password)


def make_account(user: str, realm: str, password: str) -> Account:
    """Return an account with its secret."""
    return Account(user, _secret(user, realm, password))


@lru_cache
def _secret(user: str, realm: str, password: str) -> str:
    return ha1(MD5, user, realm, password)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the phones read of a response.

    ``audio_port`` is 0 without a description; ``audio_host`` is "" when it names none. ``qop`` tells whether
    the challenge wants a quality of protection (RFC 7616 §3.3), ``opaque`` what it wants back.
    """

    status: int
    call_id: str
    method: str
    number: int
    to: str
    target: str
    realm: str
    nonce: str
    audio_port: int
    audio_host: str = ""
    opaque: str = ""
    qop: bool = True


def read_answer(data: bytes) -> Answer | None:
    """Read a response; None for a request. Raises ValueError for what is neither."""
    if not data.startswith(b"SIP/2.0 "):
        return None
    found: dict[bytes, str] = {}
    for name, value in _FIELD.findall(data):
        text = value.decode()
        # Of several challenges the one whose algorithm every phone knows.
        if name.lower() not in found or "algorithm=MD5" in text:
            found[name.lower()] = text
    number, method = found[b"cseq"].split()
    status = int(data[8:11])
    field, _ = _CHALLENGES.get(status, ("www-authenticate", ""))
    challenged = found.get(field.encode(), "")
    challenge = dict(_CHALLENGE.findall(challenged))
    target = _BRACKETED.search(found.get(b"contact", ""))
    audio, connection = _AUDIO.search(data), _CONNECTION.search(data)
    return Answer(
        status=status,
        call_id=found[b"call-id"],
        method=method,
        number=int(number),
        to=found[b"to"],
        target=target.group(1) if target else "",
        realm=challenge.get("realm", ""),
        nonce=challenge.get("nonce", ""),
        audio_port=int(audio.group(1)) if audio else 0,
        audio_host=connection.group(1).decode() if connection else "",
        opaque=challenge.get("opaque", ""),
        qop=bool(_QOP.search(challenged)),
    )


def accept_request(data: bytes) -> tuple[str, bytes]:
    """Return the Call-ID of a request of the switch's, and a 200 to it."""
    kept = [line for line in data.split(b"\r\n\r\n", 1)[0].split(b"\r\n") if line.lower().startswith(_COPIED)]
    call_id = next(line.split(b":", 1)[1] for line in kept if line.lower().startswith(b"call-id:"))
    answer = b"\r\n".join([b"SIP/2.0 200 OK", *kept, b"Content-Length: 0", b"", b""])
    return call_id.strip().decode(), answer


class Stage(Enum):
    """How far an exchange is."""

    ASKING = "asking"
    UP = "up"
    LEAVING = "leaving"
    DONE = "done"
    FAILED = "failed"


class Exchange:
    """A registration or a call of one account. ``fault`` says why it failed."""

    method = ""

    def __init__(self, account: Account, name: str, phone: Address, switch: Address) -> None:
        self.account = account
        self.call_id = name
        self.stage = Stage.ASKING
        self.fault = ""
        self.waiting: bytes = b""
        """The request that is to be repeated until it is answered."""
        self._phone = f"{phone[0]}:{phone[1]}"
        self._switch = f"{switch[0]}:{switch[1]}"
        self._numbers: Iterator[int] = count(1)
        self.number = 0
        """CSeq of the request under way."""
        self._to = ""

    @property
    def over(self) -> bool:
        """Tell whether nothing more will come of it."""
        return self.stage in (Stage.DONE, Stage.FAILED)

    def begin(self) -> bytes:
        """Return the first request."""
        self.number = next(self._numbers)
        return self._ask("")

    def take(self, answer: Answer) -> list[bytes]:
        """Take a response; return what is to be sent now."""
        raise NotImplementedError

    def fail(self, fault: str) -> None:
        """End it as failed."""
        self.stage, self.fault, self.waiting = Stage.FAILED, fault, b""

    def _ask(self, authorization: str) -> bytes:
        raise NotImplementedError

    def _authorised(self, answer: Answer, target: str) -> bytes:
        """Return the request again, with its credentials (RFC 7616 §3.4)."""
        self.number = next(self._numbers)
        qop = "auth" if answer.qop else ""
        proof = digest_response(
            MD5,
            self.account.secret_for(answer.realm),
            method=self.method,
            uri=target,
            nonce=answer.nonce,
            count="00000001",
            cnonce=self.call_id,
            qop=qop,
        )
        field = _CHALLENGES[answer.status][1]
        more = f', qop=auth, nc=00000001, cnonce="{self.call_id}"' if qop else ""
        more += f', opaque="{answer.opaque}"' if answer.opaque else ""
        return self._ask(
            f'{field}: Digest username="{self.account.user}", realm="{answer.realm}", '
            f'nonce="{answer.nonce}", uri="{target}", response="{proof}", algorithm=MD5{more}\r\n'
        )

    def _request(
        self, method: str, target: str, *, branch: str = "", fields: str = "", body: str = ""
    ) -> bytes:
        ours = f"<sip:{self.account.user}@{self._switch}>"
        to = self._to or (ours if method == "REGISTER" else f"<{target}>")
        kind = "Content-Type: application/sdp\r\n" if body else ""
        branch = f"z9hG4bK{branch or method}{self.number}{self.call_id}"
        return (
            f"{method} {target} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self._phone};branch={branch};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: {ours};tag=t{self.call_id}\r\nTo: {to}\r\n"
            f"Call-ID: {self.call_id}\r\nCSeq: {self.number} {method}\r\n"
            f"Contact: <sip:{self.account.user}@{self._phone}>\r\n"
            f"{fields}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


class Registration(Exchange):
    """REGISTER, the challenge, REGISTER again, 200."""

    method = "REGISTER"

    def take(self, answer: Answer) -> list[bytes]:
        """Take a response; return what is to be sent now."""
        if self.over or answer.number != self.number or answer.status < 200:
            return []
        if answer.status in _CHALLENGES and self.number == 1:
            self.waiting = self._authorised(answer, f"sip:{self._switch}")
            return [self.waiting]
        if answer.status == 200:
            self.stage, self.waiting = Stage.DONE, b""
        else:
            self.fail(f"{self.method} was answered with {answer.status}")
        return []

    def _ask(self, authorization: str) -> bytes:
        self.waiting = self._request(
            self.method, f"sip:{self._switch}", fields=f"{authorization}Expires: 3600\r\n"
        )
        return self.waiting


class Call(Exchange):
    """INVITE, the challenge, INVITE again, 200, ACK; then BYE and its 200.

    ``audio_port`` is where the phone listens; ``far_host`` (when it named one) and ``far_port`` where the
    switch does, once the call is up.
    """

    method = "INVITE"

    def __init__(
        self,
        account: Account,
        name: str,
        phone: Address,
        switch: Address,
        *,
        number: str,
        audio_port: int,
        crypto: str = "",
    ) -> None:
        super().__init__(account, name, phone, switch)
        self.far_port = 0
        self.far_host = ""
        self._audio_port = audio_port
        self._crypto = crypto
        self._called = f"sip:{number}@{self._switch}"
        self._target = ""

    def take(self, answer: Answer) -> list[bytes]:
        """Take a response; return what is to be sent now."""
        if answer.method == "BYE":
            if self.stage is Stage.LEAVING and answer.status >= 200:
                self.stage, self.waiting = Stage.DONE, b""
                if answer.status != 200:
                    self.fail(f"BYE was answered with {answer.status}")
            return []
        if answer.number != self.number:
            return []
        if answer.status < 200:
            self.waiting = b""  # RFC 3261 §17.1.1.2: a provisional answer ends the repeats.
            return []
        if answer.status < 300:
            return self._answered(answer)
        return self._refused(answer)

    def hang_up(self) -> bytes:
        """Return the BYE."""
        self.stage = Stage.LEAVING
        self.number = next(self._numbers)
        self.waiting = self._request("BYE", self._target)
        return self.waiting

    def _answered(self, answer: Answer) -> list[bytes]:
        if self.stage is Stage.ASKING:
            self.stage, self.waiting = Stage.UP, b""
            self._to, self._target = answer.to, answer.target
            self.far_host, self.far_port = answer.audio_host, answer.audio_port
        # RFC 3261 §13.2.2.4: every repeat of the 2xx is acknowledged again.
        return [self._request("ACK", self._target)] if self.stage is Stage.UP else []

    def _refused(self, answer: Answer) -> list[bytes]:
        self._to = answer.to
        # RFC 3261 §17.1.1.3: the ACK of a refusal belongs to the INVITE's own transaction.
        sent = [self._request("ACK", self._called, branch=self.method)]
        self._to = ""
        if self.stage is not Stage.ASKING:
            return sent
        if answer.status in _CHALLENGES and self.number == 1:
            return [*sent, self._authorised(answer, self._called)]
        self.fail(f"{self.method} was answered with {answer.status}")
        return sent

    def _ask(self, authorization: str) -> bytes:
        host = self._phone.partition(":")[0]
        body = (
            f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            f"m=audio {self._audio_port} RTP/{'SAVP' if self._crypto else 'AVP'} 8 101\r\n"
            "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
        )
        if self._crypto:
            body += f"a=crypto:{self._crypto}\r\n"
        self.waiting = self._request(self.method, self._called, fields=authorization, body=body)
        return self.waiting
