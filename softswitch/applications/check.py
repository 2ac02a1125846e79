"""What is impossible or unwise in the configuration of applications, though each part by itself is right."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from yarl import URL

from softswitch.applications.config import ApplicationConfig

Finding = tuple[str, str]
"""Dotted path of the part, and what is wrong with it."""


def application_faults(
    applications: Mapping[str, ApplicationConfig],
    accounts: Collection[str],
    claimed: Mapping[str, str],
    *,
    leads_inside: Collection[str],
    leads_out: Callable[[str], bool],
) -> Iterator[Finding]:
    """Yield every fault. Looks whether folders exist.

    ``claimed`` names what else has a number: ``{"200": "the menu 'demo'"}``. ``leads_inside`` are all numbers
    that lead somewhere without a trunk, ``leads_out`` tells of those that lead to one.
    """
    for number, config in applications.items():
        where = f"applications.{number}"
        if number in claimed:
            yield where, f"{number} is also the number of {claimed[number]}: give one of the two another"
        if config.acts_for and config.acts_for not in accounts:
            yield f"{where}.acts_for", f"there is no account {config.acts_for}"
        outside = bool(config.acts_for) and leads_out(config.fallback)
        if config.fallback not in leads_inside and config.fallback not in applications and not outside:
            yield (
                f"{where}.fallback",
                f"leads to {config.fallback}, which is no number of the switch: a number outside needs the "
                "rights of an account (acts_for: ACCOUNT)",
            )
        if _comes_back(number, applications):
            yield f"{where}.fallback", "leads back to the application itself, which has failed"
        if config.sounds is not None and not config.sounds.is_dir():
            yield f"{where}.sounds", f"there is no folder {config.sounds}"


def application_warnings(applications: Mapping[str, ApplicationConfig]) -> Iterator[Finding]:
    """Yield what stops nothing."""
    for number, config in applications.items():
        if URL(config.url).scheme == "http" and URL(config.url).host not in ("127.0.0.1", "::1", "localhost"):
            yield (
                f"applications.{number}.url",
                "is asked without TLS: what callers type can be read on the way",
            )


def _comes_back(number: str, applications: Mapping[str, ApplicationConfig]) -> bool:
    seen, at = set[str](), number
    while at in applications and at not in seen:
        seen.add(at)
        at = applications[at].fallback
    return at == number
