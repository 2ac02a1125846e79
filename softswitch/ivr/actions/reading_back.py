"""How what a caller has typed is read back, and whether it was right."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from softswitch.ivr.actions.menus import CONFIRM, LATE_CONFIRM_S, MOST_REPEATS, Seconds
from softswitch.ivr.expressions import Value
from softswitch.ivr.prompts import Spoken
from softswitch.ivr.references import Kind
from softswitch.ivr.visit import Own, Visit

TYPED: Final = "TYPED.VALUE"
KEY_RIGHT: Final = "KEY.RIGHT"
KEY_AGAIN: Final = "KEY.AGAIN"


class Answered(Enum):
    """What a caller says of a number that was read back."""

    RIGHT = "right"
    AGAIN = "again"
    NOTHING = "nothing"
    """No key, or none that means anything, as often as it was read back."""


def _checked_key(key: str) -> str:
    if len(key) != 1 or key not in "0123456789*#":
        raise ValueError(f"'{key}' is no single key: one of 0-9, * and #")
    return key


Key = Annotated[str, AfterValidator(_checked_key), Kind("key", "klawisz")]


class ReadBack(BaseModel):
    """How a number is read back. Each of the two keys has its meaning here alone."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    example: ClassVar[str] = '{prompt: "{{TYPED.VALUE|digits}}. Right: one. Again: two.", tries: 2}'

    prompt: Spoken | None = Field(
        default=None,
        description="What is said, with {{TYPED.VALUE}}, {{KEY.RIGHT}} and {{KEY.AGAIN}}; none is our own.",
    )
    right: Key = Field(default="1", description="The key that says that it is right.")
    again: Key = Field(default="2", description="The key with which it is typed again.")
    wait_s: Seconds = Field(default=7.0, description="Wait for the key.")
    tries: int = Field(
        default=3, ge=1, le=MOST_REPEATS, description="How often something is read back, all in all."
    )

    @model_validator(mode="after")
    def _two_keys(self) -> ReadBack:
        if self.right == self.again:
            raise ValueError(f"again: '{self.again}' says that it is right already")
        return self

    def spoken(self, form: str) -> Spoken:
        """Return what is said of a number that is read in such a form."""
        if self.prompt is not None:
            return self.prompt
        typed = f"{{{{{TYPED}|{form}}}}}"
        right, again = f"{{{{{KEY_RIGHT}|digits}}}}", f"{{{{{KEY_AGAIN}|digits}}}}"
        pressed, anew = (
            # Of all keys only the star is bent where it is pressed.
            "gwiazdkę" if key == "*" else said
            for key, said in ((self.right, right), (self.again, again))
        )
        return Spoken.model_construct(
            text={
                # Not "you have typed": the Polish verb would have to know whether a woman calls.
                "pl": f"Wpisano: {typed}. Jeśli się zgadza, proszę nacisnąć {pressed}. "
                f"Aby wpisać jeszcze raz, proszę nacisnąć {anew}.",
                "en": f"You typed: {typed}. If that is right, press {right}. "
                f"To type it again, press {again}.",
            }
        )

    async def ask(self, visit: Visit, value: Value, form: str, read: int) -> tuple[Answered, int]:
        """Read ``value`` back until a key says what of it, and return that, and how often it was read.

        ``read`` is how often something was read back before; after :attr:`tries` nothing is any more.
        """
        own: Own = {TYPED: value, KEY_RIGHT: self.right, KEY_AGAIN: self.again}
        for times in range(1, self.tries - read + 1):
            await visit.hear((self.spoken(form),), barge_in=True, own=own)
            key = await visit.next_key(self.wait_s)
            if key is not None and CONFIRM not in (self.right, self.again):
                visit.expect_late_key(CONFIRM, LATE_CONFIRM_S, unless_wanted=True)
            if key is not None and key.digit == self.right:
                return Answered.RIGHT, times
            if key is not None and key.digit == self.again and read + times < self.tries:
                visit.flush_keys()
                return Answered.AGAIN, times
            visit.flush_keys()
        return Answered.NOTHING, max(0, self.tries - read)


_YES: Final = ("yes", "true", "on")
_NO: Final = ("no", "false", "off", "none")


def _yes_or_no(value: object) -> object:
    said = str(value).lower()
    if said in _YES:
        return {}
    return None if said in _NO else value


Confirm = Annotated[ReadBack | None, BeforeValidator(_yes_or_no)]
"""``confirm: yes`` reads back with our own words."""
