"""What phones of ours are shown of a caller in place of what is known of him.

It holds for our own registered phones alone: on the way to the telephone network the caller stays who he is
(a carrier refuses a number that is not ours, and to show a wrong one there is against the law).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

FEWEST_DIGITS: Final = 6
"""Of a number that is looked for within others and with gaps; a shorter one only where it stands alone."""

NATIONAL_DIGITS: Final = 9
"""Of a number without its country, as people write it."""

_APART: Final = r"[ .-]?"
"""What may stand between two digits."""


@dataclass(frozen=True, slots=True)
class Guise:
    """How a caller appears; "" leaves it as it is.

    ``label`` stands before the name where whoever rings has none of their own, ``path`` is the way through
    the menus, for the agent.
    """

    name: str = ""
    number: str = ""
    label: str = ""
    path: tuple[str, ...] = ()

    def number_of(self, party: str) -> str:
        """Return the number that is shown of a party."""
        return self.number or party

    def name_of(self, party: str, display: str) -> str:
        """Return the name that is shown of a party, "" for none.

        Who hides the number hides the name that came with it too: networks put the number there.
        """
        if self.name:
            return self.cleaned(self.name, party)
        return "" if self.number else display

    def cleaned(self, text: str, party: str) -> str:
        """Return a text about a party without the number that is hidden, in whichever spelling it stands."""
        if not self.number:
            return text
        digits = party.partition("@")[0].removeprefix("+")
        if not (digits.isascii() and digits.isdecimal()):
            return text  # Of who hides the number already there is none.
        if len(digits) < FEWEST_DIGITS:
            return re.sub(rf"(?<!\d){digits}(?!\d)", lambda found: self.number, text)
        country, own = digits[:-NATIONAL_DIGITS], digits[-NATIONAL_DIGITS:]
        spelt = _APART.join(own) if not country else rf"((\+|00)?{country}{_APART})?{_APART.join(own)}"
        return re.sub(spelt, lambda found: self.number, text)


AS_KNOWN: Final = Guise()
"""How callers appear unless somebody says otherwise."""
