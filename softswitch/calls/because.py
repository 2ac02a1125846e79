"""What in the configuration made a call end as it did, in one clause of either language.

It is written down as a code, with what it is about behind a colon: ``country:FR``, ``route:2:sales``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from softswitch.calls.countries import COUNTRIES
from softswitch.errors import harmless

NO_ROUTE: Final = "no_route"
"""A number outside that fits no route."""
NOT_OURS: Final = "not_ours"
"""A number that a trunk takes for ours; behind it the one of ours most like it."""
SWITCH_ALONE: Final = "switch_alone"
"""An emergency number that the switch was to call by itself."""
NOT_SUPERVISOR: Final = "not_supervisor"
"""A talk that somebody else may hear; behind it who."""
LONGEST: Final = 80
"""Letters of what it is about: names of accounts come from the operator, and may be many."""

Both = tuple[str, str]


def because_words(because: str) -> Both:
    """Return the clause, in English and in Polish; a code of another version has none."""
    code, _, about = because.partition(":")
    words = CLAUSES.get(code)
    return ("", "") if words is None else words(harmless(about[:LONGEST]))


def _route(about: str) -> Both:
    place, _, allowed = about.partition(":")
    return f"route {place} allows only {allowed}", f"trasa {place} dopuszcza tylko: {allowed}"


def _level(about: str) -> Both:
    if about == "home":
        return (
            "it is abroad, and the account calls at home alone (outside: calls: home)",
            "to numer zagraniczny, a konto dzwoni tylko w kraju (outside: calls: home)",
        )
    return f"the account calls nobody outside (outside: calls: {about})", (
        f"to konto nie dzwoni na zewnątrz (outside: calls: {about})"
    )


def _country(code: str) -> Both:
    if not code:
        return (
            "nobody knows which country it is in (outside: calls: listed)",
            "nie wiadomo, w jakim jest kraju (outside: calls: listed)",
        )
    english, polish = COUNTRIES.get(code, (code, code))
    return (
        f"{english} is not among allowed_countries (outside: calls: listed)",
        f"kraju {polish} nie ma na liście allowed_countries (outside: calls: listed)",
    )


def _not_ours(near: str) -> Both:
    english = f"; the nearest there is {near}" if near else ""
    polish = f"; najbliższy jest tam {near}" if near else ""
    return (
        f"a trunk brought the call, and the number does not stand under numbers{english}",
        f"połączenie przyszło przez trunk, a tego numeru nie ma w numbers{polish}",
    )


CLAUSES: Final[dict[str, Callable[[str], Both]]] = {
    "route": _route,
    "from_outside": lambda place: (
        f"route {place} leads no callers from outside out again (from_outside: false)",
        f"trasa {place} nie wypuszcza dzwoniących z zewnątrz (from_outside: false)",
    ),
    "help_from_outside": lambda _: (
        "no route leads callers from outside to emergency numbers (from_outside: true)",
        "żadna trasa nie prowadzi dzwoniących z zewnątrz do numerów alarmowych (from_outside: true)",
    ),
    "level": _level,
    "country": _country,
    "premium": lambda _: (
        "it is a premium number (outside: premium: false)",
        "to numer o podwyższonej opłacie (outside: premium: false)",
    ),
    NO_ROUTE: lambda _: ("no route of outbound fits it", "nie pasuje do niego żadna trasa w outbound"),
    NOT_OURS: _not_ours,
    SWITCH_ALONE: lambda _: (
        "the switch calls nobody for help by itself",
        "centrala sama nie wzywa pomocy",
    ),
    NOT_SUPERVISOR: lambda by: (f"{by} alone may hear that talk", f"tę rozmowę może słyszeć tylko {by}"),
}
"""What is said of every code. The first five are those of ``softswitch.trunks.routes.Denial``."""
