"""What the running switch answers on its control socket: each verb a function of its arguments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from softswitch.commands.defence import Phone, ShutOut
from softswitch.control import ControlRefused, Verb
from softswitch.registrar.accounts import Accounts
from softswitch.registrar.bindings import Binding
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.service import Registrar
from softswitch.sip.uri import SipUri


def defence_verbs(registrar: Registrar, authenticator: Authenticator, accounts: Accounts) -> dict[str, Verb]:
    """Return ``phones``, ``bans`` and ``lift``."""

    def phones(arguments: Mapping[str, str]) -> list[Phone]:
        wanted = arguments.get("account")
        found = registrar.all() if wanted is None else registrar.bindings(wanted)
        return [_phone(binding, accounts) for binding in found]

    def bans(arguments: Mapping[str, str]) -> list[ShutOut]:
        return [ShutOut(ban.source, math.ceil(ban.seconds), ban.times) for ban in authenticator.bans()]

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
