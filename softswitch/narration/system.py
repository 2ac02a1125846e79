"""What happens to the switch as a whole, in words: phones, trunks, guesses, certificates, agents."""

from __future__ import annotations

from typing import assert_never

from softswitch.events import (
    AccountShutOut,
    CertificateRead,
    CredentialsRefused,
    DoNotDisturbSet,
    ForwardSet,
    MediaWorkerDied,
    MediaWorkerStarted,
    PaymentSettled,
    PhoneReachable,
    PhoneRegistered,
    PhoneUnreachable,
    PhoneUnregistered,
    SourceLetIn,
    SourceShutOut,
    SourceSilenced,
    SwitchStarted,
    SwitchStopped,
    SystemEvent,
    TrunkLost,
    TrunkNotFound,
    TrunkReachable,
    TrunkRegistered,
    TrunkUnreachable,
)
from softswitch.narration.integrations import HostEvent, told_of_host
from softswitch.narration.outbox import OutboxEvent, told_of_outbox
from softswitch.narration.payments import told_of_settling
from softswitch.narration.phrases import LONGEST_TEXT, place, printable, words
from softswitch.narration.queues import AgentEvent, told_of_agent
from softswitch.narration.schedules import ScheduleEvent, told_of_schedule
from softswitch.narration.trees import TreeEvent, told_of_tree
from softswitch.words import Both

TrunkEvent = TrunkRegistered | TrunkLost | TrunkReachable | TrunkUnreachable | TrunkNotFound
PhoneEvent = (
    PhoneRegistered | PhoneUnregistered | PhoneUnreachable | PhoneReachable | ForwardSet | DoNotDisturbSet
)
GuardEvent = CredentialsRefused | SourceShutOut | AccountShutOut | SourceLetIn | SourceSilenced


def told_of_switch(event: SystemEvent) -> Both:
    """Return what happened to the switch, in both languages."""
    if isinstance(event, AgentEvent):
        return told_of_agent(event)
    if isinstance(event, ScheduleEvent):
        return told_of_schedule(event)
    if isinstance(event, OutboxEvent):
        return told_of_outbox(event)
    if isinstance(event, TrunkEvent):
        return _trunk(event)
    if isinstance(event, PhoneEvent):
        return _phone(event)
    if isinstance(event, GuardEvent):
        return _guard(event)
    if isinstance(event, HostEvent):
        return told_of_host(event)
    if isinstance(event, PaymentSettled):
        return told_of_settling(event)
    if isinstance(event, TreeEvent):
        return told_of_tree(event)
    match event:
        case SwitchStarted(version, addresses):
            where = ", ".join(addresses)
            return f"softswitch {version} answers at {where}", f"softswitch {version} działa pod {where}"
        case SwitchStopped():
            return "the switch stops", "centrala się zatrzymuje"
        case CertificateRead(names, until):
            return _certificate(printable(", ".join(names)), until)
        case MediaWorkerStarted(worker, process):
            return (
                f"media worker {worker} runs (process {process})",
                f"proces dźwięku {worker} działa (pid {process})",
            )
        case MediaWorkerDied(worker, reason):
            why = printable(reason, LONGEST_TEXT)
            return (
                f"media worker {worker} died: {why}",
                f"proces dźwięku {worker} nieoczekiwanie się zakończył: {why}",
            )
        case _:
            assert_never(event)


def _phone(event: PhoneEvent) -> Both:
    match event:
        case PhoneRegistered(account, _, source, transport, agent, nat):
            who, where = printable(account), f"{source} ({transport})"
            phone = f", {printable(agent)}" if agent else ""
            return (
                f"{who} registered from {where}{phone}{', behind NAT' if nat else ''}",
                f"{who} zarejestrowany z {where}{phone}{', za NAT' if nat else ''}",
            )
        case PhoneUnregistered(account, contact, reason):
            who, where, (english, polish) = printable(account), place(contact), words(reason)
            return f"{who} left {where}: {english}", f"{who} wyrejestrowany z {where}: {polish}"
        case PhoneUnreachable(account, contact):
            who, where = printable(account), place(contact)
            return (
                f"{who} at {where} does not answer: it is registered but cannot be reached",
                f"{who} pod {where} nie odpowiada: jest zarejestrowany, ale nieosiągalny",
            )
        case PhoneReachable(account, contact, trip):
            who, where = printable(account), place(contact)
            return (
                f"{who} at {where} answers again, within {trip:.0f} ms",
                f"{who} pod {where} znów odpowiada, w ciągu {trip:.0f} ms",
            )
        case ForwardSet(account, when, to):
            who, (english, polish) = printable(account), words(when)
            if not to:
                return f"{who} forwards no more ({english})", f"{who} wyłącza przekierowanie ({polish})"
            where = printable(to)
            return f"{who} forwards to {where} ({english})", f"{who} przekierowuje na {where} ({polish})"
        case DoNotDisturbSet(account, on):
            who = printable(account)
            if on:
                return f"{who} is not to be disturbed", f"{who}: nie przeszkadzać"
            return f"{who} takes calls again", f"{who} znów odbiera połączenia"
        case _:
            assert_never(event)


def _guard(event: GuardEvent) -> Both:
    match event:
        case CredentialsRefused(account, source, reason):
            who, (english, polish) = printable(account), words(reason)
            return (
                f"credentials of {who} from {source} refused: {english}",
                f"odrzucono dane logowania {who} z {source}: {polish}",
            )
        case SourceShutOut(source, wrong, seconds):
            return (
                f"{source} is banned for {seconds} s: {wrong} wrong passwords",
                f"{source} zablokowany na {seconds} s, błędnych haseł: {wrong}",
            )
        case AccountShutOut(account, wrong, seconds):
            return (
                f"{account} is banned for {seconds} s but where it was before: {wrong} wrong passwords",
                f"{account} zablokowany na {seconds} s poza znanymi miejscami, błędnych haseł: {wrong}",
            )
        case SourceLetIn(source):
            return (f"{source} is let in again", f"zdjęto blokadę: {source}")
        case SourceSilenced(source, dropped):
            return (
                f"{source} sends too much: {dropped} messages were dropped unread",
                f"{source} wysyła za dużo: pominięto wiadomości: {dropped}",
            )
        case _:
            assert_never(event)


def _trunk(event: TrunkEvent) -> Both:
    who = printable(event.trunk)
    match event:
        case TrunkRegistered(_, server, seconds):
            return (
                f"registered at trunk {who} ({server}) for {seconds} s",
                f"zarejestrowano przez trunk {who} ({server}) na {seconds} s",
            )
        case TrunkLost(_, reason, seconds):
            english, polish = words(reason)
            return (
                f"not registered at trunk {who}: {english}; again in {seconds} s",
                f"brak rejestracji przez trunk {who}: {polish}; ponowienie za {seconds} s",
            )
        case TrunkReachable(_, server, milliseconds):
            time = f", {milliseconds:g} ms" if milliseconds >= 0 else ""
            return f"trunk {who} answers ({server}{time})", f"trunk {who} odpowiada ({server}{time})"
        case TrunkUnreachable(_, server, reason):
            english, polish = words(reason)
            return (
                f"trunk {who} does not answer ({server}): {english}",
                f"trunk {who} nie odpowiada ({server}): {polish}",
            )
        case TrunkNotFound(_, server, reason):
            where, (english, polish) = printable(server), words(reason)
            return (
                f"trunk {who}: {where} cannot be found: {english}",
                f"trunk {who}: nie znaleziono {where}: {polish}",
            )
        case _:
            assert_never(event)


def _certificate(names: str, until: str) -> Both:
    return (
        f"certificates read again: {names} until {until}",
        f"ponownie wczytano certyfikaty: {names}, ważne do {until}",
    )
