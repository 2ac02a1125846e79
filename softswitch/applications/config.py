"""The part of the configuration that leads numbers to programs of others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, StringConstraints, field_validator
from yarl import URL

from softswitch.applications.signature import key_of
from softswitch.parts import Part

Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z*#+._-]{1,64}$")]
"""What can be dialled."""

LONGEST_LIMIT_S: Final = 20.0
"""Nobody stays on the line for longer because a computer thinks."""
SHORTEST_SECRET: Final = 16


class ApplicationConfig(Part):
    """A number whose calls a program drives: it is asked at ``url`` what to do, step by step.

    Each question is signed with ``secret``. Where no answer that can be followed comes within ``limit_s``,
    the call goes on at the number ``fallback``. With ``acts_for`` the program calls and transfers with the
    rights of that account, without it as its caller might. Files it plays lie in ``sounds``.
    """

    url: str = Field(repr=False)
    secret: str = Field(repr=False)
    fallback: Number
    name: str = ""
    limit_s: float = Field(default=5.0, ge=0.5, le=LONGEST_LIMIT_S)
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "pl"
    acts_for: str = ""
    sounds: Path | None = None

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            url = URL(value)
            fits = url.scheme in ("http", "https") and bool(url.host) and bool(url.port)
        except ValueError:
            fits = False
        if not fits:
            raise ValueError("an address is wanted here, such as https://example.com/calls")
        if url.user is not None or url.password is not None:
            raise ValueError(
                "an address holds no user and no password: the program knows us by the signature"
            )
        return value

    @field_validator("secret")
    @classmethod
    def _key(cls, value: str) -> str:
        if len(value) < SHORTEST_SECRET:
            raise ValueError(f"a secret has {SHORTEST_SECRET} letters or more")
        key_of(value)
        return value

    def placed(self, base: Path) -> ApplicationConfig:
        """Return it with its folder taken from the folder ``base``."""
        return self if self.sounds is None else self.model_copy(update={"sounds": base / self.sounds})
