"""The parts of the configuration that say how other systems are asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, field_validator, model_validator

from softswitch.integrations.addresses import read_place
from softswitch.integrations.filling import (
    check_header,
    read_form,
    read_header,
    read_json,
    read_text,
    read_url,
)
from softswitch.integrations.mapping import read_taken
from softswitch.ivr.errors import TemplateError
from softswitch.parts import Part

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

HeaderText = Annotated[str, Field()]

LONGEST_LIMIT_S: Final = 60.0
"""Nobody listens to music for longer because a computer thinks."""
MOST_HEADERS: Final = 50


class HttpConfig(Part):
    """Where requests to other systems may go.

    The whole internet, and of inner addresses (this machine, private networks, clouds' metadata) those in
    ``allow``: hosts, addresses and networks, with a port or without. With ``only_listed`` nothing
    else may be asked at all. No request lasts longer than ``longest_s`` seconds, whoever makes it.
    ``authorities`` are files of certificates that are believed beside the system's.
    """

    allow: tuple[str, ...] = ()
    only_listed: bool = False
    longest_s: float = Field(default=30.0, ge=1.0, le=LONGEST_LIMIT_S)
    authorities: tuple[Path, ...] = ()

    @field_validator("allow")
    @classmethod
    def _places(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            read_place(text)
        return value

    def placed(self, base: Path) -> HttpConfig:
        """Return it with its files taken from the folder ``base``."""
        return self.model_copy(update={"authorities": tuple(base / path for path in self.authorities)})


class AuthConfig(Part):
    """How a connection proves itself: user and password, a token, or a key in a header or parameter."""

    user: str | None = None
    password: str | None = Field(default=None, repr=False)
    bearer: str | None = Field(default=None, min_length=1, repr=False)
    header: str | None = None
    parameter: str | None = None
    key: str | None = Field(default=None, min_length=1, repr=False)

    @model_validator(mode="after")
    def _one_way(self) -> AuthConfig:
        ways = [self.user is not None, self.bearer is not None, self.key is not None]
        if sum(ways) != 1:
            raise ValueError("give one of: user with password; bearer; key with header or parameter")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        if self.user is not None and ":" in self.user:
            raise ValueError("a user holds no colon (RFC 7617 §2)")
        places = [self.header is not None, self.parameter is not None]
        if sum(places) != (1 if self.key is not None else 0):
            raise ValueError("a key stands in a header or in a parameter of the address: name one of them")
        check_header(self.header or "Authorization", self.key or self.bearer or "")
        return self


class TakenConfig(Part):
    """One variable of an answer: where it stands, what holds without it, and whether it is a secret."""

    path: str
    default: str | None = None
    private: bool = False

    @model_validator(mode="after")
    def _readable(self) -> TakenConfig:
        read_taken("X", self.path)
        return self


class ConnectionConfig(Part):
    """A request to another system that menus and other parts use by its name.

    Variables (``{{CALL.SRC_NUMBER}}``) may stand in the path and the parameters of ``url``, in headers and in
    the body. ``answer`` takes variables out of a JSON answer, by JSONPath. Where one is missing that has no
    default, or the status is no success, or nothing comes within ``limit_s``, the request has failed.
    """

    url: str = Field(repr=False)
    method: Method = "GET"
    headers: dict[str, HeaderText] = Field(default_factory=dict, repr=False, max_length=MOST_HEADERS)
    auth: AuthConfig | None = None
    body: Any = Field(default=None, repr=False)
    body_type: Literal["json", "form", "text", "xml"] = "json"
    limit_s: float = Field(default=5.0, ge=0.1, le=LONGEST_LIMIT_S)
    tries: int = Field(default=1, ge=1, le=5)
    redirects: int = Field(default=0, ge=0, le=5)
    largest_kb: int = Field(default=256, ge=1, le=16_384)
    answer: dict[str, TakenConfig] = Field(default_factory=dict)

    @field_validator("answer", mode="before")
    @classmethod
    def _path_alone(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: {"path": one} if isinstance(one, str) else one for name, one in value.items()}

    @model_validator(mode="after")
    def _readable(self) -> ConnectionConfig:
        try:
            read_url(self.url)
            for name, value in self.headers.items():
                read_header(name, value)
            self.read_body()
        except TemplateError as error:
            raise ValueError(str(error)) from error
        for name, taken in self.answer.items():
            read_taken(name, taken.path)
        return self

    def read_body(self) -> Any:  # noqa: ANN401 - see BodyTemplate
        """Return the body as a template, None without one; raise ValueError, TemplateError."""
        if self.body is None:
            return None
        if self.method == "GET":
            raise ValueError("a GET has no body: give another method")
        if self.body_type == "json":
            return read_json(self.body)
        if self.body_type == "form":
            if not isinstance(self.body, dict):
                raise ValueError("a form is written as names with their values")
            return read_form(self.body)
        if not isinstance(self.body, str):
            raise ValueError("this body is a text")
        kind = "application/xml" if self.body_type == "xml" else "text/plain"
        return read_text(self.body, f"{kind}; charset=utf-8")
