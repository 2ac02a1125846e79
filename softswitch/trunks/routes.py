"""Which way out a number has, for whom, and which of our numbers leads where: pure decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Final

from softswitch.trunks.config import EVERYBODY, Level, NumberConfig, OutsideConfig, OutsideRights, RouteConfig
from softswitch.trunks.numbers import Kind, Numbering, Outside, bare, unhidden
from softswitch.trunks.patterns import Pattern, parse_own, parse_pattern

ALIKE: Final = 0.8
"""How like two numbers are (0 to 1) of which one may be meant for the other: two digits of eleven differ."""


class Denial(Enum):
    """Why somebody may not call a number that has a way out."""

    ROUTE = "route"
    """The route is for others."""
    OUTSIDERS = "from_outside"
    """The route is not for callers from outside."""
    HELP = "help_from_outside"
    """No route leads callers from outside to emergency numbers."""
    LEVEL = "level"
    """The account may not call as far as that."""
    COUNTRY = "country"
    PREMIUM = "premium"


@dataclass(frozen=True, slots=True)
class Denied:
    """A no, and what it is about: a country, a level, a route and whom it allows."""

    why: Denial
    about: str = ""

    @property
    def because(self) -> str:
        """It as a call's end is written down: ``country:FR``."""
        return f"{self.why.value}:{self.about}" if self.about else self.why.value


@dataclass(frozen=True, slots=True)
class Choice:
    """A way out: the number as it is to be called, and the trunks to try, in order."""

    number: Outside
    trunks: tuple[str, ...]
    emergency: bool = False
    hidden: bool = False


class Routes:
    """All ways out. ``rights`` are those of every account."""

    def __init__(self, config: OutsideConfig, rights: Mapping[str, OutsideRights]) -> None:
        self._config = config
        self._rights = rights
        self.numbering = Numbering(config.country)
        self._routes = [(parse_pattern(route.match), route) for route in config.outbound]
        # A line that leads nowhere outside has none: what is dialled there is what it has inside.
        self._emergency = frozenset(config.emergency if config.trunks else ())
        self._countries = frozenset(config.allowed_countries) | {config.country}

    def is_emergency(self, dialled: str) -> bool:
        """Tell whether somebody calls for help, with or without the prefix of a way out."""
        number = bare(unhidden(dialled)[0])
        if not number:
            return False
        return number in self._emergency or any(
            self._rewritten(route, number) in self._emergency
            for pattern, route in self._routes
            if route.strip and pattern.fits(number)
        )

    def leads_out(self, dialled: str) -> bool:
        """Tell whether a number has a way out at all, for anybody."""
        return self.is_emergency(dialled) or self.choose(dialled, None) is not None

    def choose(self, dialled: str, account: str | None) -> Choice | Denied | None:
        """Return the way out of a number for an account, None when there is none.

        ``account`` is None for callers from outside, who need a route that is open for them.
        """
        text, hidden = unhidden(dialled)
        number = bare(text)
        if not number:
            return None
        if self.is_emergency(number):
            return self._help(number, account)
        denied: Denied | None = None
        e164 = self.numbering.e164(number)
        for place, (pattern, route) in enumerate(self._routes, start=1):
            seen = e164 if pattern.is_international else number
            if not seen or not pattern.fits(seen):
                continue
            called = self.numbering.outside(self._rewritten(route, seen))
            if called is None:
                continue
            denied = self._denied(place, route, called, account)
            if denied is None:
                return Choice(called, route.trunks, hidden=hidden)
        return denied

    def _help(self, number: str, account: str | None) -> Choice | Denied:
        """Emergency numbers go out as they are, over any trunk, those of the operator's routes first.

        Whoever comes from outside has a telephone of his own that calls for help from where he is: from here
        it would be our address that is searched.
        """
        fitting = [
            (route, self._rewritten(route, number)) for pattern, route in self._routes if pattern.fits(number)
        ]
        if account is None and not any(route.from_outside for route, _ in fitting):
            return Denied(Denial.HELP)
        called = number
        if number not in self._emergency:
            called = next(rewritten for _, rewritten in fitting if rewritten in self._emergency)
        preferred = [name for route, _ in fitting for name in route.trunks if name in self._config.trunks]
        trunks = tuple(dict.fromkeys([*preferred, *self._config.trunks]))
        return Choice(Outside(called, Kind.SHORT, self._config.country), trunks, emergency=True)

    @staticmethod
    def _rewritten(route: RouteConfig, number: str) -> str:
        return route.prepend + number[route.strip :]

    def _denied(self, place: int, route: RouteConfig, called: Outside, account: str | None) -> Denied | None:
        if account is None:
            # They have no rights of their own: what the operator has opened is all there is.
            if not route.from_outside:
                return Denied(Denial.OUTSIDERS, str(place))
            rights = OutsideRights()
        else:
            rights = self._rights.get(account, OutsideRights())
            allowed = {account, rights.group, EVERYBODY} - {""}
            if not allowed & set(route.allow):
                return Denied(Denial.ROUTE, f"{place}:{', '.join(route.allow)}")
        if called.kind is Kind.PREMIUM and not rights.premium:
            return Denied(Denial.PREMIUM)
        match rights.calls:
            case Level.NONE:
                return Denied(Denial.LEVEL, rights.calls.value)
            case Level.HOME:
                at_home = called.country == self._config.country
                return None if at_home else Denied(Denial.LEVEL, rights.calls.value)
            case Level.LISTED:
                return None if called.country in self._countries else Denied(Denial.COUNTRY, called.country)
            case Level.ALL:
                return None


class OwnNumbers:
    """Our numbers: what is dialled from outside, and where it leads."""

    def __init__(self, config: OutsideConfig, numbering: Numbering) -> None:
        self._numbering = numbering
        numbers = [(self._pattern(text), part) for text, part in config.numbers.items()]
        self._texts = [pattern.text for pattern, _ in numbers]
        self._single = {pattern.text: part for pattern, part in numbers if pattern.is_one_number}
        """Those that are one number, found at once however many there are."""
        self._patterns = sorted(
            ((pattern, part) for pattern, part in numbers if not pattern.is_one_number),
            key=lambda one: -one[0].rank,
        )

    def _pattern(self, text: str) -> Pattern:
        """Read a pattern; one number is compared as E.164, however it is written."""
        pattern = parse_own(text)
        return parse_own(self._numbering.comparable(pattern.text)) if pattern.is_one_number else pattern

    def has_written_out(self, number: str) -> bool:
        """Tell whether it is a number of ours that stands in the configuration as it is, in no pattern."""
        return self._numbering.comparable(number) in self._single

    def find(self, dialled: str, trunk: str = "") -> NumberConfig | None:
        """Return where a number of ours leads, the closest pattern first; None for no number of ours.

        A number bound to one trunk is found only by calls of that one, unless ``trunk`` is "" (from inside).
        """
        forms = {bare(dialled) or dialled, self._numbering.comparable(dialled)}
        found = [self._single[form] for form in forms if form in self._single]
        found += (part for pattern, part in self._patterns if any(pattern.fits(form) for form in forms))
        return next((part for part in found if not part.trunk or trunk in ("", part.trunk)), None)

    def nearest(self, dialled: str) -> str:
        """Return the one number of ours that is most like another, "" where none is."""
        return next(iter(get_close_matches(self._numbering.comparable(dialled), self._single, 1, ALIKE)), "")

    def claimed_twice(self) -> list[str]:
        """Return the patterns that stand here twice, in whatever way they are written."""
        return [text for text, times in Counter(self._texts).items() if times > 1]
