"""Builds the room: what the composition root needs to know of it, in one object."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from softswitch.bus import EventLog
from softswitch.calls.signaller import Signaller
from softswitch.clock import Clock
from softswitch.events import Entry, PhoneRegistered, PhoneUnregistered
from softswitch.presence.config import PresenceConfig, QualifyConfig
from softswitch.presence.dialog_info import DialogInfo
from softswitch.presence.lines import Lines
from softswitch.presence.mailboxes import MemoryMailboxes
from softswitch.presence.message_summary import MessageSummary
from softswitch.presence.messages import Messages
from softswitch.presence.notifier import Limits, Notifier
from softswitch.presence.package import WatchRules
from softswitch.presence.presence_pidf import PresencePidf
from softswitch.presence.qualifier import Qualifier
from softswitch.presence.unsolicited import UnsolicitedSummary
from softswitch.registrar.accounts import Accounts
from softswitch.registrar.bindings import Binding
from softswitch.registrar.qualify import Intervals, Qualify, Reach

PACKAGES = "message-summary, dialog, presence"
"""What we notify of, for Allow-Events."""


@dataclass(frozen=True, slots=True)
class Presence:
    """The room. ``mailboxes`` is where the counts of waiting messages are set."""

    notifier: Notifier
    messages: Messages
    qualifier: Qualifier
    mailboxes: MemoryMailboxes
    bindings_of: Callable[[str], tuple[Binding, ...]]
    asking: bool

    @property
    def services(self) -> tuple[Notifier, Messages, Qualifier]:
        """What the switchboard hands requests and their answers to."""
        return self.notifier, self.messages, self.qualifier

    def follow(self, user: str, bindings: tuple[Binding, ...], *, restored: bool = False) -> None:
        """Take over an account's phones as they are now."""
        if self.asking:
            self.qualifier.follow(user, bindings, restored=restored)

    def restore(self, users: Iterable[str]) -> None:
        """Take over the phones of before a restart."""
        for user in users:
            self.follow(user, self.bindings_of(user), restored=True)

    def close(self) -> None:
        """Ask no phone any more, and tell subscribers that the switch stops."""
        self.qualifier.close()
        self.notifier.close()


def build_presence(
    presence: PresenceConfig,
    qualify: QualifyConfig,
    *,
    signaller: Signaller,
    clock: Clock,
    log: EventLog,
    accounts: Accounts,
    bindings_of: Callable[[str], tuple[Binding, ...]],
) -> Presence:
    """Build the room and let it read the log."""

    def known(user: str) -> bool:
        return accounts.get(user) is not None

    def reachable(user: str) -> bool:
        return any(qualifier.health(one).reach is not Reach.UNREACHABLE for one in bindings_of(user))

    def lines_changed(user: str) -> None:
        notifier.changed("dialog", user)
        notifier.changed("presence", user)

    def read(entry: Entry) -> None:
        lines.read(entry)
        if isinstance(entry.event, PhoneRegistered | PhoneUnregistered):
            notifier.changed("presence", entry.event.account)

    lines, mailboxes = Lines(lines_changed), MemoryMailboxes()
    qualifier = Qualifier(
        signaller,
        clock,
        Qualify(Intervals(qualify.behind_nat, qualify.otherwise)),
        log=log,
        bindings_of=bindings_of,
        changed=lambda user: notifier.changed("presence", user),
    )
    notifier = Notifier(
        signaller,
        clock,
        (
            MessageSummary(mailboxes.counts),
            DialogInfo(
                lines.of, lambda user: accounts.name_of(user) or "", show_parties=presence.show_parties
            ),
            PresencePidf(reachable, lambda user: any(line.busy for line in lines.of(user))),
        ),
        known=known,
        rules=WatchRules(presence.watch),
        limits=Limits(presence.shortest, presence.longest, presence.per_account, presence.in_all),
    )
    messages = Messages(signaller, bindings_of=bindings_of, known=known)
    mailboxes.subscribe(lambda user: notifier.changed("message-summary", user))
    if presence.unsolicited_mwi:
        unsolicited = UnsolicitedSummary(signaller, bindings_of=bindings_of, counts_of=mailboxes.counts)
        mailboxes.subscribe(unsolicited.tell)
        log.subscribe(unsolicited.read)
    log.subscribe(read)
    return Presence(notifier, messages, qualifier, mailboxes, bindings_of, qualify.enabled)
