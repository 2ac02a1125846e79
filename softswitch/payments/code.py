"""A BLIK code between the caller's fingers and the provider: six digits that nothing may keep."""

from __future__ import annotations

import re
from typing import Final, NoReturn

CODE_DIGITS: Final = 6
"""Polski Standard Płatności: a BLIK code has six digits and lives for two minutes."""

CODE_LIVES_S: Final = 120.0

_CODE: Final = re.compile(f"[0-9]{{{CODE_DIGITS}}}")


class Code:
    """Six digits in memory alone: they show in no text, no comparison, no copy on disk."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        """Take the digits; raises ValueError, which does not repeat them, for anything but six."""
        if _CODE.fullmatch(digits) is None:
            raise ValueError(f"a BLIK code has {CODE_DIGITS} digits")
        self._digits = digits

    def reveal(self) -> str:
        """Return the digits, for the one request that carries them."""
        return self._digits

    def __repr__(self) -> str:
        return "Code(******)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a code is never written down")
