"""Everything that can happen to a call or a phone, as plain frozen values.

These are the rows of the one event log. The call record, the console, statistics and every later
report read them; nothing keeps a second count. An event says what happened, never what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from softswitch.events.applications import ApplicationAsked, ApplicationFailed, ApplicationRecorded
from softswitch.events.course import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallerReached,
    CallForwarded,
    CallParked,
    CallRetrieved,
    CallRouted,
    DeadAir,
    ParkingRecalled,
    PinRefused,
    PromptPlayed,
    RoomEntered,
    RoomLeft,
    StepTaken,
    SupervisionBegan,
    SupervisionChanged,
    SupervisionEnded,
    TransferAsked,
    TransferDone,
)
from softswitch.events.customers import CustomerIdentified, CustomerNotFound
from softswitch.events.integrations import HostBack, HostGivenUp
from softswitch.events.legs import (
    DigitPressed,
    KeysDropped,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegInvited,
    LegJoined,
    LegLeft,
    LegMoved,
    LegResumed,
    LegRinging,
    LegsBridged,
    LegTookPlace,
    MediaLatched,
    SoundBothWays,
    SoundOneWay,
    TrunkGivenUp,
    TrunkTaken,
)
from softswitch.events.outbox import ChannelRecovered, ChannelTroubled, DeliveryGivenUp
from softswitch.events.payments import (
    CallerVerified,
    IdentityLocked,
    IdentityRefused,
    PaymentBegan,
    PaymentChanged,
    PaymentDoubtful,
    PaymentSettled,
)
from softswitch.events.queues import (
    AgentChanged,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentMissed,
    AgentOffered,
    AgentPaused,
    AgentPinRefused,
    AgentReturned,
    CallbackAsked,
    CallbackMissed,
    CallbackReached,
    CallbackRefused,
    CallbackTried,
    PlaceTold,
    QueueAnswered,
    QueueEntered,
    QueueHandedOver,
    QueueLeft,
    QueuePromoted,
    QueueRefused,
    QueueTalkEnded,
)
from softswitch.events.ratings import CallRated
from softswitch.events.recordings import (
    RecordingConsent,
    RecordingEnded,
    RecordingErased,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from softswitch.events.schedules import DutyChanged, ScheduleReleased, ScheduleSwitched, SpecialDaySet
from softswitch.events.showing import CallerShown
from softswitch.events.system import (
    AccountShutOut,
    CertificateRead,
    CredentialsRefused,
    DoNotDisturbSet,
    ForwardSet,
    MediaWorkerDied,
    MediaWorkerStarted,
    PhoneReachable,
    PhoneRegistered,
    PhoneUnreachable,
    PhoneUnregistered,
    SourceLetIn,
    SourceShutOut,
    SourceSilenced,
    SwitchStarted,
    SwitchStopped,
    TrunkLost,
    TrunkNotFound,
    TrunkReachable,
    TrunkRegistered,
    TrunkUnreachable,
)
from softswitch.events.tickets import TicketAsked
from softswitch.events.trees import TreePublished, TreeRolledBack, TreeWithdrawn
from softswitch.events.voicemail import (
    CallNotRequested,
    CallRequested,
    MailboxOpened,
    MailboxPinRefused,
    MessageLeft,
    MessageNotLeft,
    MessagesDeleted,
)

__all__ = [
    "KINDS",
    "AccountShutOut",
    "AgentChanged",
    "AgentLoggedIn",
    "AgentLoggedOut",
    "AgentMissed",
    "AgentOffered",
    "AgentPaused",
    "AgentPinRefused",
    "AgentReturned",
    "ApplicationAsked",
    "ApplicationFailed",
    "ApplicationRecorded",
    "BranchEntered",
    "CallArrived",
    "CallEnded",
    "CallEvent",
    "CallForwarded",
    "CallNotRequested",
    "CallParked",
    "CallRated",
    "CallRequested",
    "CallRetrieved",
    "CallRouted",
    "CallbackAsked",
    "CallbackMissed",
    "CallbackReached",
    "CallbackRefused",
    "CallbackTried",
    "CallerReached",
    "CallerShown",
    "CallerVerified",
    "CertificateRead",
    "ChannelRecovered",
    "ChannelTroubled",
    "CredentialsRefused",
    "CustomerIdentified",
    "CustomerNotFound",
    "DeadAir",
    "DeliveryGivenUp",
    "DigitPressed",
    "DoNotDisturbSet",
    "DutyChanged",
    "Entry",
    "Event",
    "ForwardSet",
    "HostBack",
    "HostGivenUp",
    "IdentityLocked",
    "IdentityRefused",
    "KeysDropped",
    "LegAnswered",
    "LegEnded",
    "LegHeld",
    "LegInvited",
    "LegJoined",
    "LegLeft",
    "LegMoved",
    "LegResumed",
    "LegRinging",
    "LegTookPlace",
    "LegsBridged",
    "MailboxOpened",
    "MailboxPinRefused",
    "MediaLatched",
    "MediaWorkerDied",
    "MediaWorkerStarted",
    "MessageLeft",
    "MessageNotLeft",
    "MessagesDeleted",
    "ParkingRecalled",
    "PaymentBegan",
    "PaymentChanged",
    "PaymentDoubtful",
    "PaymentSettled",
    "PhoneReachable",
    "PhoneRegistered",
    "PhoneUnreachable",
    "PhoneUnregistered",
    "PinRefused",
    "PlaceTold",
    "PromptPlayed",
    "QueueAnswered",
    "QueueEntered",
    "QueueHandedOver",
    "QueueLeft",
    "QueuePromoted",
    "QueueRefused",
    "QueueTalkEnded",
    "RecordingConsent",
    "RecordingEnded",
    "RecordingErased",
    "RecordingPaused",
    "RecordingRefused",
    "RecordingResumed",
    "RecordingStarted",
    "RecordingStopped",
    "RoomEntered",
    "RoomLeft",
    "ScheduleReleased",
    "ScheduleSwitched",
    "SoundBothWays",
    "SoundOneWay",
    "SourceLetIn",
    "SourceShutOut",
    "SourceSilenced",
    "SpecialDaySet",
    "StepTaken",
    "SupervisionBegan",
    "SupervisionChanged",
    "SupervisionEnded",
    "SwitchStarted",
    "SwitchStopped",
    "SystemEvent",
    "TicketAsked",
    "TransferAsked",
    "TransferDone",
    "TreePublished",
    "TreeRolledBack",
    "TreeWithdrawn",
    "TrunkGivenUp",
    "TrunkLost",
    "TrunkNotFound",
    "TrunkReachable",
    "TrunkRegistered",
    "TrunkTaken",
    "TrunkUnreachable",
]

SystemEvent = (
    SwitchStarted
    | SwitchStopped
    | PhoneRegistered
    | PhoneUnregistered
    | PhoneUnreachable
    | PhoneReachable
    | CredentialsRefused
    | SourceShutOut
    | AccountShutOut
    | SourceLetIn
    | SourceSilenced
    | CertificateRead
    | TrunkRegistered
    | TrunkLost
    | TrunkReachable
    | TrunkUnreachable
    | TrunkNotFound
    | MediaWorkerStarted
    | MediaWorkerDied
    | ForwardSet
    | DoNotDisturbSet
    | ScheduleSwitched
    | ScheduleReleased
    | SpecialDaySet
    | DutyChanged
    | AgentLoggedIn
    | AgentLoggedOut
    | AgentPaused
    | AgentReturned
    | AgentChanged
    | PaymentSettled
    | ChannelTroubled
    | ChannelRecovered
    | DeliveryGivenUp
    | HostGivenUp
    | HostBack
    | TreePublished
    | TreeRolledBack
    | TreeWithdrawn
)
CallEvent = (
    CallArrived
    | CallerReached
    | CallRouted
    | LegInvited
    | TrunkTaken
    | TrunkGivenUp
    | LegRinging
    | LegAnswered
    | LegHeld
    | LegResumed
    | MediaLatched
    | SoundOneWay
    | SoundBothWays
    | LegMoved
    | DigitPressed
    | KeysDropped
    | CallForwarded
    | TransferAsked
    | TransferDone
    | LegTookPlace
    | LegLeft
    | LegJoined
    | CallParked
    | ParkingRecalled
    | CallRetrieved
    | RoomEntered
    | RoomLeft
    | PinRefused
    | SupervisionBegan
    | SupervisionChanged
    | SupervisionEnded
    | QueueEntered
    | QueueRefused
    | QueueLeft
    | QueuePromoted
    | QueueHandedOver
    | PlaceTold
    | AgentOffered
    | AgentMissed
    | QueueAnswered
    | QueueTalkEnded
    | CallbackAsked
    | CallbackRefused
    | CallbackTried
    | CallbackMissed
    | CallbackReached
    | AgentPinRefused
    | RecordingConsent
    | RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingStopped
    | RecordingEnded
    | RecordingRefused
    | RecordingErased
    | PaymentBegan
    | PaymentChanged
    | PaymentDoubtful
    | CallerVerified
    | IdentityRefused
    | IdentityLocked
    | MessageLeft
    | MessageNotLeft
    | MailboxOpened
    | MessagesDeleted
    | MailboxPinRefused
    | CallRequested
    | CallNotRequested
    | LegsBridged
    | LegEnded
    | BranchEntered
    | PromptPlayed
    | StepTaken
    | DeadAir
    | ApplicationAsked
    | ApplicationFailed
    | ApplicationRecorded
    | CustomerIdentified
    | CustomerNotFound
    | TicketAsked
    | CallRated
    | CallerShown
    | CallEnded
)
Event = SystemEvent | CallEvent

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in (*SystemEvent.__args__, *CallEvent.__args__)}
"""Every event class by its name: how a stored row finds its class again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the event log. ``call`` is empty for events that belong to no call."""

    sequence: int
    at: datetime
    call: str
    event: Event
