"""Where a switch is killed in the course of one call, in its order: see ``test_whole_call_killed``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tests.scenarios.falling_switch import Fall

Due = Literal["receipt", "recording", "message"]
"""What the outside gets besides the end of the call: a receipt by SMS, a file on the server, a mail."""
Channel = Literal["", "sms", "mail", "webhook", "drop"]

NOTHING: Final[frozenset[Due]] = frozenset()
PAID: Final[frozenset[Due]] = frozenset({"receipt"})
TALKED: Final[frozenset[Due]] = PAID | {"recording"}
LEFT: Final[frozenset[Due]] = TALKED | {"message"}

PAYMENT_STORE = "softswitch.storage.payment_store:PaymentStore"
PROVIDER = "softswitch.integrations.blik:BlikProvider"
OUTBOX = "softswitch.storage.outbox_store:OutboxStore"
RECORDER = "softswitch.recordings.recorder:TalkRecorder"
CATALOGUE = "softswitch.storage.recording_store:RecordingStore"
LOG = "softswitch.bus:EventLog.append"
LOG_STORE = "softswitch.storage.event_store:EventStore"
WRITTEN = "softswitch.storage.write_behind:WriteBehind._commit"
SHELF = "softswitch.integrations.ftp:FtpShelf"
DRAFTS = "softswitch.voicemail.drafts:Drafts"
MESSAGES = "softswitch.storage.voicemail_store:VoicemailStore"
TELLS = "softswitch.voicemail.leaving:Leaving._tell"
SMTP = "aiosmtplib:SMTP.data"
HOOKS = "softswitch.storage.webhook_store:WebhookStore"
TOLD_BY_HTTP = "softswitch.integrations.webhooks:WebhookChannel.deliver"
BOARD = "softswitch.calls.switchboard:Switchboard.close"


@dataclass(frozen=True, slots=True)
class Point:
    """A moment at which the process dies.

    ``due`` is what was promised by then: it must arrive. The rest must arrive whole, or not at all. ``twice``
    is the channel whose server has taken what the switch has not noted: there the same key comes a second
    time. ``stopped`` is when the switch is told to stop. ``then`` is where the restarted switch falls again.
    """

    name: str
    fall: Fall
    due: frozenset[Due] = NOTHING
    twice: Channel = ""
    stopped: Literal["", "talking", "over"] = ""
    then: Fall | None = None


def _sending(channel: str) -> tuple[str, ...]:
    return (f"'{channel}'",)


PAYMENT: Final = (
    Point("the payment is written, the provider not asked", Fall(f"{PAYMENT_STORE}.add")),
    Point("the provider waits for a code, which is not noted", Fall(f"{PROVIDER}.start")),
    Point("the code is noted as going out, and not sent", Fall(f"{PROVIDER}.submit", "before")),
    Point("the code is taken, the answer not noted", Fall(f"{PROVIDER}.submit"), PAID),
    Point("the provider says paid, which is not noted", Fall(f"{PROVIDER}.look", seen=("PAID",)), PAID),
    Point("paid is noted with its receipt", Fall(f"{PAYMENT_STORE}.save", seen=("State.PAID",)), PAID),
)
RECEIPT: Final = (
    Point("the receipt is claimed, not sent", Fall(f"{OUTBOX}.claim", seen=_sending("sms:main")), PAID),
    Point(
        "the gateway has the receipt, which is not marked",
        Fall(f"{OUTBOX}.settle", "before", seen=_sending("sms:main")), PAID, "sms",
    ),
    Point("the receipt is marked as sent", Fall(f"{OUTBOX}.settle", seen=_sending("sms:main")), PAID),
)  # fmt: skip
RECORDING: Final = (
    Point("the recorder is told to begin", Fall(f"{RECORDER}.begin"), PAID),
    Point("the recording grows", Fall(f"{RECORDER}.begin", later=0.5), TALKED),
    # Half a second is what the fall of all processes may cost: by then the first one is on the disk for sure.
    Point(
        "the recording grows, and all processes die", Fall(f"{RECORDER}.begin", later=1.1, whole=True), TALKED
    ),
    Point("the recorder is told to stop", Fall("softswitch.recordings.running:Running.stop"), TALKED),
    Point(
        "all processes die while the file is closed and converted",
        Fall("softswitch.recordings.running:Running.stop", whole=True, later=0.02), TALKED,
    ),
    Point("the file is whole, which nobody is told", Fall(f"{RECORDER}._ended", "before"), TALKED),
    Point("its end is told, and not on the disk", Fall(LOG, seen=("RecordingEnded(",)), TALKED),
)  # fmt: skip
DROP: Final = (
    Point("catalogued with its drop, not committed", Fall(f"{CATALOGUE}._end"), TALKED),
    Point("the drop is claimed", Fall(f"{OUTBOX}.claim", seen=("drop:archive",)), TALKED),
    Point("uploaded under the name of a part", Fall(f"{SHELF}._rename", "before"), TALKED),
    Point("there under its name, not listed", Fall(f"{SHELF}.put"), TALKED),
    Point("there and listed, not marked", Fall(f"{OUTBOX}.settle", "before", seen=("drop:archive",)), TALKED),
)
MESSAGE: Final = (
    Point("the message has its row, and no word is spoken", Fall(f"{MESSAGES}.begin"), TALKED),
    Point("the message grows", Fall(f"{DRAFTS}.record", later=0.8), LEFT),
    Point("the message grows, and all processes die", Fall(f"{DRAFTS}.record", later=0.8, whole=True), LEFT),
    Point("on the disk, its row unchanged", Fall("softswitch.voicemail.files:Files.bring_to_disk"), LEFT),
    Point("the mail is written, not posted", Fall("softswitch.voicemail.letters:Letters.of_message"), LEFT),
    Point("kept and posted, the caller not told", Fall(f"{MESSAGES}.keep"), LEFT),
    Point("the caller is told that it is kept", Fall(TELLS, seen=("Text.KEPT",)), LEFT),
)
MAIL: Final = (
    Point("the mail's envelope is given, the letter not", Fall(SMTP, "before"), LEFT),
    Point("the mail server has it, which is not noted", Fall(SMTP), LEFT, "mail"),
    Point("the mail is marked as sent", Fall(f"{OUTBOX}.settle", seen=_sending("mail:office")), LEFT),
)
ENDING: Final = (
    Point("the call is over, its end not on the disk", Fall(LOG, seen=("CallEnded(",)), LEFT),
    Point(
        "the log's batch is written, not committed", Fall(f"{LOG_STORE}._insert", seen=("'CallEnded'",)), LEFT
    ),
    Point("the batch is committed, nobody has followed", Fall(WRITTEN, seen=("'CallEnded'",)), LEFT),
    Point(
        "the webhook is written, its follower's place not",
        Fall(f"{HOOKS}.follow", seen=("CallEnded(",)),
        LEFT,
    ),
    Point(
        "the receiver has it, which is not noted", Fall(TOLD_BY_HTTP, seen=("call-ended",)), LEFT, "webhook"
    ),
    Point("the webhook is marked", Fall(f"{OUTBOX}.settle", seen=("call-ended",)), LEFT),
)
STOPPING: Final = (
    Point("told to stop, before the talk is ended", Fall(BOARD, "before"), TALKED, stopped="talking"),
    Point("told to stop, all calls ended", Fall(LOG, seen=("SwitchStopped(",)), TALKED, stopped="talking"),
    Point(
        "told to stop, all but the database closed",
        Fall("softswitch.storage.database:Database.close", "before"), LEFT, stopped="over",
    ),
)  # fmt: skip
AGAIN: Final = (
    Point(
        "and again, as the cut-off call is given its end",
        Fall(f"{PROVIDER}.start"), NOTHING, then=Fall("softswitch.app:end_cut_off"),
    ),
    Point(
        "and again, as what became of the money is learned",
        Fall(f"{PROVIDER}.submit"), PAID, then=Fall(f"{PROVIDER}.look"),
    ),
    Point(
        "and again, as the cut-off recording is found",
        Fall(f"{RECORDER}.begin", later=0.5), TALKED, then=Fall(LOG, seen=("RecordingEnded(",)),
    ),
    Point(
        "and again, as the cut-off message is kept",
        Fall(f"{DRAFTS}.record", later=0.8), LEFT, then=Fall(f"{MESSAGES}.keep"),
    ),
)  # fmt: skip

POINTS: Final[Mapping[str, Sequence[Point]]] = {
    "payment": PAYMENT,
    "receipt": RECEIPT,
    "recording": RECORDING,
    "drop": DROP,
    "message": MESSAGE,
    "mail": MAIL,
    "ending": ENDING,
    "stopping": STOPPING,
    "again": AGAIN,
}
"""What is under way, and the points in it."""
