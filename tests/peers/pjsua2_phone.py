"""A phone on PJSUA2, run as a process of its own: commands in as JSON lines, events out as JSON lines.

One process is one phone, because the library has one endpoint a process. Run as
``python -m tests.peers.pjsua2_phone SETTINGS`` with the settings as one JSON object (see
:class:`Settings`). Each command is ``{"do": NAME, ...}`` and is answered by ``{"event": "done", "do": NAME}``
or ``{"event": "refused", "do": NAME, "reason": ...}`` after it was carried out; what happens meanwhile is
reported as it happens. Driven by :mod:`tests.peers.softphone`.

A phone may have several calls, numbered from 1 in the order they came; commands are about the one that began
last and is not over, ``transfer_to_call`` about the two that did: the older is sent to the other side of the
newer.
"""

from __future__ import annotations

import gc
import json
import os
import select
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pjsua2 as pj  # type: ignore[import-untyped]

POLL_MILLISECONDS = 10
"""How long one turn of the library's event loop may wait; commands are looked for between turns."""

LEAVE_SECONDS = 0.7
"""How long the last BYE and the un-REGISTER may take to be answered before the process ends."""

CLOSE_SECONDS = 0.1
"""A recorder leaves the conference bridge in one of its next turns; its file is whole only then."""

HELD_MILLISECONDS = 80
"""How long its jitter buffer holds sound before it lets it be heard."""

CODEC_TOP = 200
LOG_LEVEL = 5
"""PJSIP's level at which whole messages are logged."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the phone is; the one argument of the program, as JSON."""

    user: str
    password: str
    server: str
    sip_port: int
    rtp_port: int
    log: str
    sound: str = ""
    codecs: Sequence[str] = ("PCMU/8000", "PCMA/8000")
    transport: str = "udp"
    authorities: str = ""
    """A PEM file of whom to believe over TLS; then a certificate that nobody there vouches for is refused."""
    answer: int = 0
    expires: int = 300
    srtp: int = 0
    """0 without SRTP, 1 with it where the other side wants it, 2 with it or not at all."""
    at_once: Literal["", "reinvite", "update"] = ""
    """What to send in the very moment a call is confirmed: for the caller 0 ms after its own ACK."""
    session_timer: bool = False
    """Calls must have a session timer (RFC 4028): ``Require: timer``."""
    proof: bool = False
    """Ringing must be sent reliably (RFC 3262): ``Require: 100rel``, of whoever calls or is called."""
    address: str = "127.0.0.1"
    """Where it is bound."""
    mwi: bool = False
    """It asks what waits for it."""
    helps_itself: bool = True
    """It keeps a NAT open and names its outside address, as far as it sees that there is one."""


def report(event: str, **facts: object) -> None:
    """Print one event."""
    print(json.dumps({"event": event, **facts}), flush=True)


def hold_sound(config: pj.MediaConfig) -> None:
    """Make the jitter buffer hold sound for a fixed time and leave none out.

    Left to itself it begins with nothing, makes up a frame at the first packet that is late, in the middle
    of the first syllable, and later leaves some out again; but what is judged is what the switch sends.
    """
    document = pj.JsonDocument()
    document.writeObject(config)
    settings = json.loads(document.saveString())
    held = dict.fromkeys(("jbInit", "jbMinPre", "jbMaxPre"), HELD_MILLISECONDS)
    # PJMEDIA_JB_DISCARD_NONE has no name in Python, and a number is taken only from such a document.
    settings["MediaConfig"] |= {**held, "jbDiscardAlgo": 0}
    document = pj.JsonDocument()
    document.loadString(json.dumps(settings))
    document.readObject(config)


class Call(pj.Call):  # type: ignore[misc]  # the library has no type information
    """One call; its media is joined to the phone's sound and recorder whenever it becomes active."""

    def __init__(self, phone: Phone, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(phone.account, call_id)
        self.phone = phone
        self.number = phone.keep(self)
        self.media: pj.AudioMedia | None = None
        self.over = False
        self.fresh = True

    def onCallState(self, _prm: pj.OnCallStateParam) -> None:
        """Report every state and the code that came with it."""
        info = self.getInfo()
        report(
            "call",
            number=self.number,
            state=info.stateText,
            code=info.lastStatusCode,
            reason=info.lastReason,
        )
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.over = True
            self.media = None
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED and self.fresh:
            self.fresh = False
            self._hurry(self.phone.settings.at_once)

    def _hurry(self, what: str) -> None:
        if what == "reinvite":
            self.reinvite(pj.CallOpParam(True))
        elif what == "update":
            self.update(pj.CallOpParam(True))

    def onCallMediaState(self, _prm: pj.OnCallMediaStateParam) -> None:
        """Join active audio to what the phone speaks and records."""
        # Held in a name: its list of media lives in the memory of this object.
        info = self.getInfo()
        for media in info.media:
            report("media", status=media.status, direction=media.dir)
            active = media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
            if media.type == pj.PJMEDIA_TYPE_AUDIO and active:
                self.media = self.getAudioMedia(media.index)
                self.phone.join(self.media)

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        """Report how far a transfer is; hang up when it is done, as phones with a screen do."""
        report("transfer", number=self.number, code=prm.statusCode, final=prm.finalNotify)
        if prm.finalNotify and 200 <= prm.statusCode < 300:
            prm.cont = False
            self.hangup(pj.CallOpParam(True))

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        """Report a key the other side pressed."""
        report("digit", digit=prm.digit)


class Account(pj.Account):  # type: ignore[misc]
    """The phone's registration and its doorbell."""

    def __init__(self, phone: Phone) -> None:
        super().__init__()
        self.phone = phone

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        """Report the answer to REGISTER."""
        report("registration", code=prm.code, expires=prm.expiration)

    def onMwiInfo(self, prm: pj.OnMwiInfoParam) -> None:
        """Report what waits for it."""
        report("waiting", body=prm.rdata.wholeMsg.split("\r\n\r\n", 1)[-1])

    def onInstantMessage(self, prm: pj.OnInstantMessageParam) -> None:
        """Report a message."""
        report("message", sender=prm.fromUri, kind=prm.contentType, text=prm.msgBody)

    def onInstantMessageStatus(self, prm: pj.OnInstantMessageStatusParam) -> None:
        """Report what became of a message of its own."""
        report("message sent", code=prm.code)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        """Report a call and give the answer the settings ask for."""
        self.phone.take(Call(self.phone, prm.callId))


class Buddy(pj.Buddy):  # type: ignore[misc]
    """Somebody it watches or writes to."""

    def __init__(self, phone: Phone, uri: str, *, watched: bool) -> None:
        super().__init__()
        config = pj.BuddyConfig()
        config.uri = uri
        config.subscribe = watched
        self.create(phone.account, config)

    def onBuddyState(self) -> None:
        """Report what is known of them."""
        info = self.getInfo()
        status = info.presStatus
        names = {pj.PJSUA_BUDDY_STATUS_ONLINE: "open", pj.PJSUA_BUDDY_STATUS_OFFLINE: "closed"}
        report(
            "buddy",
            uri=info.uri,
            subscription=info.subStateName,
            basic=names.get(status.status, "unknown"),
            busy=status.activity == pj.PJRPID_ACTIVITY_BUSY,
            note=status.note,
            code=info.subTermCode,
            reason=info.subTermReason,
        )


class Phone:
    """The endpoint, one account and its calls."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.calls: list[Call] = []
        self.sound: pj.AudioMediaPlayer | None = None
        self.recorder: pj.AudioMediaRecorder | None = None
        self.leaving = False
        self.buddies: list[Buddy] = []
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        self._start()
        self.account = Account(self)
        self.account.create(self._account_config())

    def _start(self) -> None:
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.userAgent = "pjsua2"
        config.logConfig.level = LOG_LEVEL
        config.logConfig.consoleLevel = 0
        config.logConfig.filename = self.settings.log
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        hold_sound(config.medConfig)
        self.endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.port = self.settings.sip_port
        transport.boundAddress = self.settings.address
        kinds = {
            "udp": pj.PJSIP_TRANSPORT_UDP,
            "tcp": pj.PJSIP_TRANSPORT_TCP,
            "tls": pj.PJSIP_TRANSPORT_TLS,
        }
        transport.tlsConfig.CaListFile = self.settings.authorities
        transport.tlsConfig.verifyServer = bool(self.settings.authorities)
        self.endpoint.transportCreate(kinds[self.settings.transport], transport)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        for codec in self.endpoint.codecEnum2():
            self.endpoint.codecSetPriority(codec.codecId, 0)
        for place, name in enumerate(self.settings.codecs):
            self.endpoint.codecSetPriority(name, CODEC_TOP - place)
        if self.settings.sound:
            self.sound = pj.AudioMediaPlayer()
            self.sound.createPlayer(self.settings.sound)

    def _account_config(self) -> pj.AccountConfig:
        settings = self.settings
        suffix = "" if settings.transport == "udp" else f";transport={settings.transport}"
        config = pj.AccountConfig()
        config.idUri = f"sip:{settings.user}@{settings.server}"
        config.regConfig.registrarUri = f"sip:{settings.server}{suffix}"
        config.regConfig.timeoutSec = settings.expires
        config.regConfig.registerOnAdd = False
        credentials = pj.AuthCredInfo("digest", "*", settings.user, 0, settings.password)
        config.sipConfig.authCreds.append(credentials)
        if suffix:
            config.sipConfig.proxies.append(f"sip:{settings.server};lr{suffix}")
        # Without this address its SDP names the machine's outer interface.
        config.mediaConfig.transportConfig.boundAddress = settings.address
        config.mediaConfig.transportConfig.port = settings.rtp_port
        config.mediaConfig.srtpUse = settings.srtp
        # It would have keys over TLS only.
        config.mediaConfig.srtpSecureSignaling = 0
        config.natConfig.iceEnabled = False
        if settings.session_timer:
            config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_REQUIRED
        if settings.proof:
            config.callConfig.prackUse = pj.PJSUA_100REL_MANDATORY
        config.mwiConfig.enabled = settings.mwi
        if not settings.helps_itself:
            config.natConfig.udpKaIntervalSec = 0
            config.natConfig.contactRewriteUse = 0
            config.natConfig.viaRewriteUse = 0
            config.natConfig.sdpNatRewriteUse = 0
            config.natConfig.sipOutboundUse = 0
        return config

    def keep(self, call: Call) -> int:
        """Keep a call as long as the phone lives; return its number."""
        self.calls.append(call)
        return len(self.calls)

    @property
    def call(self) -> Call | None:
        """The call that began last and is not over."""
        return next((call for call in reversed(self.calls) if not call.over), None)

    def join(self, media: pj.AudioMedia) -> None:
        """Send the phone's sound to ``media`` and what it brings to the recorder."""
        if self.sound is not None:
            self.sound.startTransmit(media)
        if self.recorder is not None:
            media.startTransmit(self.recorder)

    def take(self, call: Call) -> None:
        """Report an incoming call and answer it as the settings say (0: leave it to a command)."""
        report("incoming", number=call.number, remote=call.getInfo().remoteUri)
        if self.settings.answer:
            self.answer(self.settings.answer)

    def answer(self, code: int) -> None:
        """Answer the waiting call with ``code``."""
        param = pj.CallOpParam(True)
        param.statusCode = code
        self._need_call().answer(param)

    def _need_call(self) -> Call:
        call = self.call
        if call is None:
            raise RuntimeError("there is no call")
        return call

    def _transfer_to_call(self) -> None:
        *_, older, newer = [None, *(call for call in self.calls if not call.over)]
        if older is None:
            raise RuntimeError("there are no two calls")
        older.xferReplaces(newer, pj.CallOpParam(True))

    def do(self, command: dict[str, object]) -> None:
        """Carry out one command. Raises RuntimeError or the library's error when it cannot."""
        match command:
            case {"do": "register"}:
                self.account.setRegistration(True)
            case {"do": "unregister"}:
                self.account.setRegistration(False)
            case {"do": "call", "uri": str(uri)}:
                Call(self).makeCall(uri, pj.CallOpParam(True))
            case {"do": "answer", "code": int(code)}:
                self.answer(code)
            case {"do": "digits", "digits": str(digits), "method": str(method)}:
                self._press(digits, method)
            case {"do": "speak", "file": str(file), "once": bool(once)}:
                self._speak(file, once=once)
            case {"do": "record", "file": str(file)}:
                self._record(file)
            case {"do": "listen", "file": str(file), "seconds": float(seconds) | int(seconds)}:
                self._record(file)
                self.pump(seconds)
                self._stop_recording()
            case {"do": "pass_time", "seconds": float(seconds) | int(seconds)}:
                self.pump(seconds)
            case {"do": "stop"}:
                self._stop_recording()
            case {"do": "hold"}:
                self._need_call().setHold(pj.CallOpParam(True))
            case {"do": "resume"}:
                self._reinvite(pj.PJSUA_CALL_UNHOLD)
            case {"do": "reinvite"}:
                self._reinvite(0)
            case {"do": "update"}:
                self._need_call().update(pj.CallOpParam(True))
            case {"do": "transfer", "uri": str(uri)}:
                self._need_call().xfer(uri, pj.CallOpParam(True))
            case {"do": "transfer_to_call"}:
                self._transfer_to_call()
            case {"do": "watch", "uri": str(uri)}:
                self.buddies.append(Buddy(self, uri, watched=True))
            case {"do": "write", "uri": str(uri), "text": str(text)}:
                self._write(uri, text)
            case {"do": "hangup"}:
                self._need_call().hangup(pj.CallOpParam(True))
            case {"do": "leave"}:
                self.leaving = True
            case _:
                raise RuntimeError("no such command")

    def _write(self, uri: str, text: str) -> None:
        buddy = Buddy(self, uri, watched=False)
        self.buddies.append(buddy)
        param = pj.SendInstantMessageParam()
        param.content = text
        buddy.sendInstantMessage(param)

    def _reinvite(self, flag: int) -> None:
        param = pj.CallOpParam(True)
        param.opt.flag |= flag
        self._need_call().reinvite(param)

    def _press(self, digits: str, method: str) -> None:
        methods = {"rfc4733": pj.PJSUA_DTMF_METHOD_RFC2833, "info": pj.PJSUA_DTMF_METHOD_SIP_INFO}
        param = pj.CallSendDtmfParam()
        param.digits = digits
        param.method = methods[method]
        param.duration = 160
        self._need_call().sendDtmf(param)

    def _speak(self, file: str, *, once: bool) -> None:
        if self.sound is not None and self.call is not None and self.call.media is not None:
            self.sound.stopTransmit(self.call.media)
        self.sound = pj.AudioMediaPlayer()
        self.sound.createPlayer(file, pj.PJMEDIA_FILE_NO_LOOP if once else 0)
        if self.call is not None and self.call.media is not None:
            self.sound.startTransmit(self.call.media)

    def _record(self, file: str) -> None:
        self._stop_recording()
        self.recorder = pj.AudioMediaRecorder()
        self.recorder.createRecorder(file)
        if self.call is not None and self.call.media is not None:
            self.call.media.startTransmit(self.recorder)

    def _stop_recording(self) -> None:
        # The file's header is written when the recorder is destroyed, so no reference may remain.
        if self.recorder is not None:
            self.recorder = None
            gc.collect()
            self.pump(CLOSE_SECONDS)

    def pump(self, seconds: float) -> None:
        """Run the library for ``seconds``."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.endpoint.libHandleEvents(POLL_MILLISECONDS)

    def run(self) -> None:
        """Obey commands until told to leave or until standard input ends."""
        source = sys.stdin.fileno()
        waiting = b""
        while not self.leaving:
            self.endpoint.libHandleEvents(POLL_MILLISECONDS)
            if not select.select([source], [], [], 0)[0]:
                continue
            taken = os.read(source, 65536)
            if not taken:
                return
            *lines, waiting = (waiting + taken).split(b"\n")
            for line in lines:
                self._obey(json.loads(line))

    def _obey(self, command: dict[str, object]) -> None:
        name = command.get("do")
        try:
            self.do(command)
        except (pj.Error, RuntimeError, KeyError) as error:
            reason = error.info() if isinstance(error, pj.Error) else str(error)
            report("refused", do=name, reason=reason)
        else:
            report("done", do=name)

    def leave(self) -> None:
        """Hang up, unregister, and give the answers a moment to arrive."""
        self._stop_recording()
        self.endpoint.hangupAllCalls()
        if self.account.getInfo().regIsActive:
            self.account.setRegistration(False)
        self.pump(LEAVE_SECONDS)


def main() -> None:
    """Be a phone until told to leave."""
    settings = json.loads(sys.argv[1])
    phone = Phone(Settings(**settings))
    report("ready")
    phone.run()
    phone.leave()
    sys.stdout.flush()
    # The library's destructors run in an order of their own and crash at a normal exit.
    os._exit(0)


if __name__ == "__main__":
    main()
