"""What happens in voicemail, in words: messages, who listens to them, callback requests after hours."""

from __future__ import annotations

from typing import assert_never

from softswitch.events import (
    CallNotRequested,
    CallRequested,
    MailboxOpened,
    MailboxPinRefused,
    MessageLeft,
    MessageNotLeft,
    MessagesDeleted,
)
from softswitch.narration.phrases import both_seconds, printable
from softswitch.words import Both, mailbox_word

VoicemailEvent = (
    MessageLeft
    | MessageNotLeft
    | MailboxOpened
    | MessagesDeleted
    | MailboxPinRefused
    | CallRequested
    | CallNotRequested
)


def told_of_voicemail(event: VoicemailEvent) -> Both:
    """Return what happened in voicemail, in both languages."""
    match event:
        case MessageLeft(box, message, party, seconds, urgent):
            where, (who, kto), (time, czas) = printable(box), _party(party), both_seconds(seconds)
            more, wiecej = (", urgent", ", pilna") if urgent else ("", "")
            return (
                f"{who} leaves a message of {time} in box {where}{more} ({message})",
                f"{kto} zostawia wiadomość w skrzynce {where}, {czas}{wiecej} ({message})",
            )
        case MessageNotLeft(box, party, why):
            where, (who, kto) = printable(box), _party(party)
            english, polish = mailbox_word(why)
            return (
                f"no message of {who} in box {where}: {english}",
                f"brak wiadomości od {kto} w skrzynce {where}: {polish}",
            )
        case MailboxOpened(box, party, new, old):
            where, (who, kto) = printable(box), _party(party)
            return (
                f"{who} listens to box {where}: {new} new, {old} old",
                f"{kto} odsłuchuje skrzynkę {where}, nowych: {new}, starych: {old}",
            )
        case MessagesDeleted(box, party, messages):
            where, (who, kto) = printable(box), _party(party)
            return (
                f"{who} deletes messages of box {where}: {messages}",
                f"{kto} usuwa wiadomości ze skrzynki {where}: {messages}",
            )
        case MailboxPinRefused(box, leg, tries):
            where = printable(box)
            return (
                f"a wrong PIN was typed for box {where}, try {tries} ({leg})",
                f"błędny PIN do skrzynki {where}, próba {tries} ({leg})",
            )
        case CallRequested(desk, request, number, _):
            where, whom = printable(desk), printable(number)
            return (
                f"{whom} is to be called back by {where} ({request})",
                f"{where} ma oddzwonić na {whom} ({request})",
            )
        case CallNotRequested(desk, party, why):
            where, (who, kto) = printable(desk), _party(party)
            english, polish = mailbox_word(why)
            return (
                f"no request of {who} to be called back by {where}: {english}",
                f"brak prośby od {kto} o oddzwonienie przez {where}: {polish}",
            )
        case _:
            assert_never(event)


def _party(party: str) -> Both:
    return (printable(party),) * 2 if party else ("an unknown number", "nieznany numer")
