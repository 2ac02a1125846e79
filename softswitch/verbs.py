"""What the running switch answers on its control socket: each verb a function of its arguments."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from softswitch.calls.audience import Mode
from softswitch.calls.supervision import Supervisors
from softswitch.clock import Clock
from softswitch.commands.defence import Phone, ShutOut
from softswitch.commands.supervision import Supervised
from softswitch.commands.trunks import TrunkServer, TrunkState
from softswitch.control import ControlRefused, Verb
from softswitch.registrar.accounts import Accounts
from softswitch.registrar.bindings import Binding
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.service import Registrar
from softswitch.sip.uri import SipUri
from softswitch.trunks.service import Trunks
from softswitch.trunks.trunk import Trunk


def defence_verbs(registrar: Registrar, authenticator: Authenticator, accounts: Accounts) -> dict[str, Verb]:
    """Return ``phones``, ``bans`` and ``lift``."""

    def phones(arguments: Mapping[str, str]) -> list[Phone]:
        wanted = arguments.get("account")
        found = registrar.all() if wanted is None else registrar.bindings(wanted)
        return [_phone(binding, accounts) for binding in found]

    def bans(arguments: Mapping[str, str]) -> list[ShutOut]:
        return [
            ShutOut(ban.source, math.ceil(ban.seconds), ban.times, ban.wrong, ban.user)
            for ban in authenticator.bans()
        ]

    def lift(arguments: Mapping[str, str]) -> bool:
        if not (source := arguments.get("source")):
            raise ControlRefused("lift needs a source: an address or a name that is shut out")
        return authenticator.lift(source)

    return {"phones": phones, "bans": bans, "lift": lift}


def _phone(binding: Binding, accounts: Accounts) -> Phone:
    account, contact = accounts.get(binding.account), binding.contact
    return Phone(
        account=binding.account,
        name=account.name if account is not None else "",
        # Without the password that a URI may hold.
        contact=str(SipUri(contact.host, contact.user, contact.port, contact.scheme))
        if isinstance(contact, SipUri)
        else str(contact),
        source=binding.hop.address,
        transport=binding.hop.transport,
        until=datetime.fromtimestamp(binding.expires_at, UTC).isoformat(timespec="seconds"),
        user_agent=binding.user_agent,
        behind_nat=binding.behind_nat,
    )


def supervision_verbs(supervisors: Supervisors) -> dict[str, Verb]:
    """Return ``supervise``: whom (an account, or a call's id or its end), ``by`` which account, ``mode``."""

    def supervise(arguments: Mapping[str, str]) -> Supervised:
        whom, by = arguments.get("whom", ""), arguments.get("by", "")
        try:
            mode = Mode(arguments.get("mode", ""))
        except ValueError:
            raise ControlRefused(f"supervise needs a mode: {', '.join(one.value for one in Mode)}") from None
        found, is_new = supervisors.supervise(whom, by, mode)
        return Supervised(found.call, by, found.guest.agent.party, found.mode.value, is_new)

    return {"supervise": supervise}


def trunk_verbs(trunks: Trunks, calls: Callable[[str], int], clock: Clock) -> dict[str, Verb]:
    """Return ``trunks``; ``calls`` counts the calls that go out over one."""

    def states(arguments: Mapping[str, str]) -> list[TrunkState]:
        return [_trunk(trunk, calls(trunk.name), clock) for trunk in trunks]

    return {"trunks": states}


def _trunk(trunk: Trunk, calls: int, clock: Clock) -> TrunkState:
    held = trunk.registration.held if trunk.registration is not None else None

    def until(number: int) -> str:
        if held is None or held[0] != number:
            return ""
        end = clock.wall() + timedelta(seconds=held[1] - clock.monotonic())
        return end.astimezone(UTC).isoformat(timespec="seconds")

    return TrunkState(
        name=trunk.name,
        host=trunk.config.host,
        registers=trunk.registration is not None,
        calls=calls,
        most_calls=trunk.config.max_calls,
        trouble=trunk.trouble,
        servers=tuple(
            TrunkServer(
                address=server.address,
                transport=server.hop.transport,
                state=server.health.state.value,
                round_trip_ms=server.health.round_trip_ms,
                registered_until=until(number),
                trouble=server.trouble,
            )
            for number, server in enumerate(trunk.servers)
        ),
    )
