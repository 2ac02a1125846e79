"""What works, and still is hardly what an operator of lines to the outside wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from softswitch.trunks.config import EVERYBODY, OutsideConfig, OutsideRights, RouteConfig
from softswitch.trunks.numbers import LONGEST_SHORT, Numbering, bare
from softswitch.trunks.patterns import parse_own, parse_pattern

Advice = tuple[str, str]
"""Dotted path of the part, and what to mind about it."""


def outside_warnings(
    config: OutsideConfig, rights: Mapping[str, OutsideRights], numbering: Numbering
) -> Iterator[Advice]:
    """Yield what to mind. ``rights`` are those of every account."""
    if config.trunks:
        yield from _of_the_country(config)
    yield from _of_numbers(config, rights, numbering)
    yield from _of_trunks(config)
    yield from _of_routes(config)


def _of_the_country(config: OutsideConfig) -> Iterator[Advice]:
    if not config.emergency:
        yield "emergency", "NOBODY CAN CALL FOR HELP: name the emergency numbers, such as [112]"
    if "country" not in config.model_fields_set:
        reason = f"no country is named: numbers are read as those of {config.country}; write country: XX"
        yield "trunks", reason


def _of_numbers(
    config: OutsideConfig, rights: Mapping[str, OutsideRights], numbering: Numbering
) -> Iterator[Advice]:
    ours = [(f"numbers.{text}", one) for text in config.numbers for one in parse_own(text).text.split("-")]
    ours += [(f"trunks.{name}.number", trunk.number) for name, trunk in config.trunks.items()]
    ours += [(f"accounts.{user}.outside.number", right.number) for user, right in rights.items()]
    for where, number in ours:
        # Another switch behind a trunk may call us by a short number, and a provider by a name.
        if len(bare(number)) > LONGEST_SHORT and not numbering.is_valid(number):
            example = numbering.example()
            reason = f"{number} is no telephone number of {config.country} or abroad: write it as {example}"
            yield where, reason


def _of_trunks(config: OutsideConfig) -> Iterator[Advice]:
    used = {name for route in config.outbound for name in route.trunks}
    for name, trunk in config.trunks.items():
        if name not in used:
            reason = "no route of outbound leads to it: calls only come in by it, but for emergencies"
            yield f"trunks.{name}", reason
        if not trunk.number and not trunk.registers:
            reason = "has no number of its own: callers whose account has none show no number of ours"
            yield f"trunks.{name}", reason
        if trunk.srtp == "required" and trunk.transport != "tls":
            # RFC 4568 §8.3, as for accounts. Left to DNS, it may be TLS today and UDP tomorrow.
            reason = (
                "SRTP is required, but nothing says transport: tls: without it, who reads the signalling "
                "reads the keys in it"
            )
            yield f"trunks.{name}.srtp", reason


def _of_routes(config: OutsideConfig) -> Iterator[Advice]:
    for index, route in enumerate(config.outbound):
        if route.from_outside:
            reason = "callers from outside can be led out again by this route, at your cost: mind its pattern"
            yield f"outbound.{index}.from_outside", reason
        for above, earlier in enumerate(config.outbound[:index]):
            if reason := _hidden(route, earlier):
                where = f"route {above + 1} ({earlier.match})"
                yield f"outbound.{index}", f"route {index + 1} {reason}: {where} stands above it"
                break


def _hidden(route: RouteConfig, earlier: RouteConfig) -> str:
    """Return how much an earlier route leaves over for a later one; "" when it leaves what it should."""
    if (route.strip, route.prepend) != (earlier.strip, earlier.prepend):
        # What the earlier one makes of a number may be none that can be called: then the later one is asked.
        return ""
    anybody = EVERYBODY in earlier.allow or set(route.allow) <= set(earlier.allow)
    if not anybody or (route.from_outside and not earlier.from_outside):
        return ""
    pattern, first = parse_pattern(route.match), parse_pattern(earlier.match)
    if first.covers(pattern):
        return "is never reached"
    if first.text == "*" and pattern.is_international:
        return "is reached only by what is dialled with a +"
    return ""
