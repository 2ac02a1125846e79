"""Which way out a number has, for whom, and which of our numbers leads where: pure decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from softswitch.trunks.config import EVERYBODY, Level, NumberConfig, OutsideConfig, OutsideRights, RouteConfig
from softswitch.trunks.numbers import Kind, Numbering, Outside, bare, unhidden
from softswitch.trunks.patterns import Pattern, parse_own, parse_pattern


class Denial(Enum):
    """Why somebody may not call a number that has a way out."""

    ROUTE = "no route for them"
    LEVEL = "not as far as that"
    COUNTRY = "a country that is not allowed"
    PREMIUM = "a number that costs extra"


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

    def choose(self, dialled: str, account: str | None) -> Choice | Denial | None:
        """Return the way out of a number for an account, None when there is none.

        ``account`` is None for callers from outside, who need a route that is open for them.
        """
        text, hidden = unhidden(dialled)
        number = bare(text)
        if not number:
            return None
        if self.is_emergency(number):
            return self._help(number)
        denial: Denial | None = None
        e164 = self.numbering.e164(number)
        for pattern, route in self._routes:
            seen = e164 if pattern.is_international else number
            if not seen or not pattern.fits(seen):
                continue
            called = self.numbering.outside(self._rewritten(route, seen))
            if called is None:
                continue
            denial = self._denied(route, called, account)
            if denial is None:
                return Choice(called, route.trunks, hidden=hidden)
        return denial

    def _help(self, number: str) -> Choice:
        """Emergency numbers go out as they are, over any trunk, those of the operator's routes first."""
        fitting = [
            (route, self._rewritten(route, number)) for pattern, route in self._routes if pattern.fits(number)
        ]
        called = number
        if number not in self._emergency:
            called = next(rewritten for _, rewritten in fitting if rewritten in self._emergency)
        preferred = [name for route, _ in fitting for name in route.trunks if name in self._config.trunks]
        trunks = tuple(dict.fromkeys([*preferred, *self._config.trunks]))
        return Choice(Outside(called, Kind.SHORT, self._config.country), trunks, emergency=True)

    @staticmethod
    def _rewritten(route: RouteConfig, number: str) -> str:
        return route.prepend + number[route.strip :]

    def _denied(self, route: RouteConfig, called: Outside, account: str | None) -> Denial | None:
        if account is None:
            # They have no rights of their own: what the operator has opened is all there is.
            rights = OutsideRights() if route.from_outside else OutsideRights(calls=Level.NONE)
        else:
            rights = self._rights.get(account, OutsideRights())
            allowed = {account, rights.group, EVERYBODY} - {""}
            if not allowed & set(route.allow):
                return Denial.ROUTE
        if called.kind is Kind.PREMIUM and not rights.premium:
            return Denial.PREMIUM
        match rights.calls:
            case Level.NONE:
                return Denial.LEVEL
            case Level.HOME:
                return None if called.country == self._config.country else Denial.LEVEL
            case Level.LISTED:
                return None if called.country in self._countries else Denial.COUNTRY
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

    def find(self, dialled: str, trunk: str = "") -> NumberConfig | None:
        """Return where a number of ours leads, the closest pattern first; None for no number of ours.

        A number bound to one trunk is found only by calls of that one, unless ``trunk`` is "" (from inside).
        """
        forms = {bare(dialled) or dialled, self._numbering.comparable(dialled)}
        found = [self._single[form] for form in forms if form in self._single]
        found += (part for pattern, part in self._patterns if any(pattern.fits(form) for form in forms))
        return next((part for part in found if not part.trunk or trunk in ("", part.trunk)), None)

    def claimed_twice(self) -> list[str]:
        """Return the patterns that stand here twice, in whatever way they are written."""
        return [text for text, times in Counter(self._texts).items() if times > 1]
