"""The mailboxes that mail is sent from."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from softswitch.integrations.letters import address
from softswitch.parts import Part

Security = Literal["none", "starttls", "tls"]

PORTS: Final = {"none": 25, "starttls": 587, "tls": 465}
"""RFC 5321 §4.5.4.2, RFC 6409 §3.1 and RFC 8314 §7.3."""

HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""What is sent to these is on no wire."""


class MailboxConfig(Part):
    """One mailbox: the server that takes its mail, and whom the mail is from.

    ``authorities`` are certificates in PEM form that vouch for the server, in place of the machine's own.
    """

    model_config = ConfigDict(populate_by_name=True)

    host: str = Field(min_length=1, pattern=r"^[A-Za-z0-9.:_-]+$")
    port: int | None = Field(default=None, ge=1, le=65_535)
    security: Security = "starttls"
    user: str = ""
    password: str = Field(default="", repr=False)
    sender: str = Field(alias="from")
    name: str = Field(default="", max_length=100)
    reply_to: str = ""
    authorities: Path | None = None
    time_limit_s: float = Field(default=30.0, ge=1.0, le=300.0)
    largest_megabytes: int = Field(default=20, ge=1, le=100)

    @property
    def port_used(self) -> int:
        """The port, or the one that the kind of security has."""
        return PORTS[self.security] if self.port is None else self.port

    def placed(self, base: Path) -> MailboxConfig:
        """Return it with its files taken from the folder ``base``."""
        if self.authorities is None:
            return self
        return self.model_copy(update={"authorities": base / self.authorities})

    @field_validator("sender", "reply_to")
    @classmethod
    def _address(cls, value: str) -> str:
        return address(value) if value else value

    @model_validator(mode="after")
    def _kept_secret(self) -> MailboxConfig:
        if not self.sender:
            raise ValueError("a mailbox needs from, the address that mail is from")
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password belong together: give both, or neither")
        if self.user and self.security == "none" and self.host not in HERE:
            raise ValueError(
                "the password would be on the wire for all to read: use security starttls or tls"
            )
        return self
