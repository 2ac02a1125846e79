"""What this machine and its network have to say: ports, passwords, keys and addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from softswitch import home, ports
from softswitch.config import Config
from softswitch.errors import Problem
from softswitch.integrations.inner_check import inner_places
from softswitch.registrar.srtp_config import readable_keys

SHORTEST_PASSWORD: Final = 8
"""Letters of a password that nobody warns about. Thieves try all short words, day and night."""


def machine_obstacles(config: Config) -> Iterator[str]:
    """Yield what keeps a line from starting here: its folder, its ports."""
    if reason := home.obstacle(config.home):
        yield reason
    try:
        ports.try_port(config.sip.bind, config.sip.port)
    except OSError as error:
        yield ports.refusal(error, config.sip.bind, config.sip.port)
    for door in config.sip.doors:
        try:
            ports.try_stream(config.sip.bind, door.port)
        except OSError as error:
            if not door.optional:
                yield ports.refusal(error, config.sip.bind, door.port, door.setting)
    if config.api is not None:
        try:
            ports.try_stream(config.api.bind, config.api.port)
        except OSError as error:
            yield ports.refusal(error, config.api.bind, config.api.port, "api.port")


def port_faults(config: Config) -> Iterator[Problem]:
    """Yield ports that stand here twice: only one of the two could be opened."""
    taken = {config.sip.port: "sip.port"}
    for door in config.sip.doors:
        if door.port and door.port in taken:
            reason = f"{door.port} is the same port as {taken[door.port]}: {door.transport} needs its own"
            yield config.problem(door.setting, reason)
        taken.setdefault(door.port, door.setting)


def port_warnings(config: Config) -> Iterator[Problem]:
    """Yield ports of sound that the kernel gives to others."""
    first, last = config.media.port_range
    kernel = ports.overlap(first, last)
    if kernel is not None:
        low, high = kernel
        yield config.problem(
            "media.ports",
            f"{first}-{last} overlaps {low}-{high}, which the kernel gives out to any program: a call may "
            f"find its port taken. Choose ports below {low}, or reserve them "
            "(net.ipv4.ip_local_reserved_ports)",
        )


def password_warnings(config: Config) -> Iterator[Problem]:
    """Yield accounts whose password is soon guessed; it is not said."""
    for user, part in config.accounts.items():
        if part.password is None:
            continue
        if part.password == user:
            yield config.problem(f"accounts.{user}.password", "is the account's own number: guessed at once")
        elif len(part.password) < SHORTEST_PASSWORD:
            reason = f"is shorter than {SHORTEST_PASSWORD} letters: who guesses it calls at your cost"
            yield config.problem(f"accounts.{user}.password", reason)


def key_warnings(config: Config) -> Iterator[Problem]:
    """Yield accounts whose sound is encrypted with a key that anybody on the way can read."""
    settings = {user: part.srtp for user, part in config.accounts.items()}
    for user, reason in readable_keys(settings, tls=config.sip.tls is not None):
        yield config.problem(f"accounts.{user}.srtp", reason)


def inner_warnings(config: Config) -> Iterator[Problem]:
    """Yield addresses of other systems that nothing gets to: what is sent there would wait for ever."""
    urls = {f"connections.{name}.url": part.url for name, part in config.connections.items()}
    urls |= {f"sms.{name}.http.url": part.http.url for name, part in config.sms.items() if part.http}
    urls |= {f"webhooks.{name}.url": part.url for name, part in config.webhooks.items()}
    urls |= {f"applications.{number}.url": part.url for number, part in config.applications.items()}
    for name, shop in config.shops.items():
        urls |= {f"shops.{name}.http.url": shop.http.url} if shop.http else {}
        urls |= {f"shops.{name}.woocommerce.url": shop.woocommerce.url} if shop.woocommerce else {}
    for where, reason in inner_places(config.http, urls):
        yield config.problem(where, reason)
