"""Who may get a text message, and how much it may cost: looked at before one is promised, and before it goes.

Menus ask first (:meth:`SmsRules.number`, :meth:`SmsRules.text`), so that a caller from a landline hears
another way at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from softswitch.clock import Clock
from softswitch.integrations.errors import SmsRefused
from softswitch.integrations.sms_config import SmsConfig
from softswitch.integrations.sms_text import Size, measured, plain, tidy

_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
"""The latter where a country does not tell them apart by their numbers, as North America."""

LONGEST_NUMBER: Final = 32
"""Letters that are looked at: E.164 has 15 digits."""

DAY: Final = timedelta(days=1)

NO_NUMBER, LANDLINE, ABROAD, TOO_LONG, EMPTY, TOO_MANY = (
    "no_number",
    "landline",
    "abroad",
    "too_long",
    "empty",
    "too_many",
)
"""Why not, for menus."""


class SmsRules:
    """The rules of one sender, whose home is ``country`` (two letters). Counts what has gone."""

    def __init__(self, config: SmsConfig, *, country: str, clock: Clock) -> None:
        self._config = config
        self._country = country
        self._clock = clock
        self._sent: OrderedDict[str, tuple[datetime, str]] = OrderedDict()

    def number(self, text: str) -> str:
        """Return a mobile number in E.164; raise SmsRefused for what is none, and for where none may go."""
        try:
            parsed = phonenumbers.parse(text[:LONGEST_NUMBER], self._country)
        except NumberParseException:
            raise SmsRefused(NO_NUMBER, "there is no number to write to") from None
        if not phonenumbers.is_valid_number(parsed):
            raise SmsRefused(NO_NUMBER, "this is no telephone number")
        if phonenumbers.number_type(parsed) not in _MOBILE:
            raise SmsRefused(LANDLINE, "this is no mobile number")
        country = phonenumbers.region_code_for_number(parsed) or ""
        if country not in (self._config.countries or (self._country,)):
            raise SmsRefused(ABROAD, f"no text messages go to {country or 'this country'}")
        return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)

    def text(self, text: str) -> tuple[str, Size]:
        """Return a text as it goes out, and its cost; raise SmsRefused for one that is empty or too long."""
        written = plain(text) if self._config.letters == "plain" else tidy(text)
        if not written:
            raise SmsRefused(EMPTY, "the text is empty")
        size = measured(written)
        if size.parts > self._config.longest_parts:
            raise SmsRefused(
                TOO_LONG, f"the text takes {size.parts} parts, {self._config.longest_parts} are allowed"
            )
        return written, size

    def count(self, key: str, number: str) -> None:
        """Note that a message goes to a number; raise SmsRefused where too many have gone already.

        The same key again is a second try, and counts once.
        """
        now = self._clock.wall()
        while self._sent and next(iter(self._sent.values()))[0] <= now - DAY:
            self._sent.popitem(last=False)
        if key in self._sent:
            return
        if len(self._sent) >= self._config.per_day:
            raise SmsRefused(TOO_MANY, f"{len(self._sent)} text messages have gone out within a day")
        since = now - timedelta(hours=self._config.per_number_hours)
        # The wall clock may have been set back: what lies ahead of now counts, too.
        to_number = sum(1 for at, whom in self._sent.values() if whom == number and at > since)
        if to_number >= self._config.per_number:
            hours = f"{self._config.per_number_hours:g}"
            raise SmsRefused(TOO_MANY, f"{to_number} text messages have gone to this number within {hours} h")
        self._sent[key] = (now, number)

    def restore(self, sent: Iterable[tuple[datetime, str, str]]) -> None:
        """Count what went out before a restart: when, its key and the number, the oldest first."""
        before = OrderedDict((key, (at, number)) for at, key, number in sent)
        self._sent = OrderedDict({**before, **self._sent})

    def uncount(self, key: str) -> None:
        """Note that a message did not go after all."""
        self._sent.pop(key, None)
