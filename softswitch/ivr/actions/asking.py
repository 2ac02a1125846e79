"""Steps that ask other systems: for values of variables, and which way to go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic.functional_validators import BeforeValidator

from softswitch.ivr.actions.variables import OTHERWISE, Values, VariableName, same
from softswitch.ivr.desks.wires import Question, Reply
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, GoTo, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.references import BranchName, Kind, Template, checked_template
from softswitch.ivr.visit import Visit

LONGEST_LIMIT_S: Final = 30.0
"""Nobody listens to music for longer because a computer thinks."""

LIMIT_S: Final = 5.0
"""The longest wait for a url unless the tree says otherwise."""

ANSWERED: Final = "answered"
ERROR: Final = "error"
_OWN: Final = ("method", "headers", "body", "body_type", "answer")
"""What belongs to a request that is written out in the tree."""
_URL: Final = re.compile(r"https?://[^/{%\s]+(?:[/?].*)?", re.DOTALL)


def _texts_in(content: object) -> Iterator[str]:
    """Yield every text of a body that is written as YAML."""
    match content:
        case str():
            yield content
        case dict():
            for value in content.values():
                yield from _texts_in(value)
        case list() | tuple():
            for value in content:
                yield from _texts_in(value)


def _checked_body(body: object, info: ValidationInfo) -> object:
    for text in _texts_in(body):
        checked_template(text, info)
    return body


def _path_alone(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


class Found(BaseModel):
    """Where in an answer a variable stands, and what it is without that."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    path: str
    default: str | None = None
    private: bool = False


Body = Annotated[Any, AfterValidator(_checked_body), Kind("text, or YAML", "tekst albo YAML")]
Headers = Annotated[dict[str, Template], Kind("names and values", "nazwy i wartości")]
Answers = Annotated[
    dict[VariableName, Annotated[Found, BeforeValidator(_path_alone)]],
    Kind("variables and their paths", "zmienne i ich ścieżki"),
]
Names = Annotated[tuple[VariableName, ...], Kind("list of names", "lista nazw")]


class _Asking(Action):
    """Base of the steps that ask another system."""

    bare_parameter: ClassVar[str | None] = "connection"

    connection: Annotated[str, Kind("name of a connection", "nazwa połączenia")] = Field(
        default="", description="A connection of the configuration; or else a url."
    )
    url: Template = Field(default="", description="The address; variables may stand after its host.")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="GET", description="The method of the request."
    )
    headers: Headers = Field(
        default_factory=dict,
        description="Headers with their values.",
        examples=['{X-Line: "{{CALL.DST_NUMBER}}"}'],
    )
    body: Body = Field(default=None, description="What is sent, as YAML whose values are texts, or as JSON.")
    body_type: Literal["json", "form", "text", "xml"] = Field(
        default="json", description="How the body is written."
    )
    answer: Answers = Field(
        default_factory=dict,
        description="Variables to take out of a JSON answer, each with its JSONPath, or with path, default "
        "and private.",
        examples=["{status: $.order.status}"],
    )
    sets: Names = Field(
        default=(), description="The variables that the answer of a named connection gives, for checks."
    )
    limit_s: Annotated[float, Kind("seconds", "sekundy")] | None = Field(
        default=None,
        ge=0.1,
        le=LONGEST_LIMIT_S,
        description="The longest wait, with music; none is the connection's own, and 5 for a url.",
    )

    @model_validator(mode="after")
    def _one_way_to_ask(self) -> _Asking:
        if bool(self.connection) == bool(self.url):
            raise ValueError("give one of: connection, a name of the configuration; url, an address")
        own = [name for name in _OWN if name in self.model_fields_set]
        if self.connection and own:
            raise ValueError(f"{own[0]} belongs to a url: a connection has its own")
        if self.url and self.sets:
            raise ValueError("sets belongs to a connection: with a url, answer says what is taken")
        if self.url and not _URL.fullmatch(self.url):
            raise ValueError("an address begins with https:// or http:// and a host without variables")
        if self.method == "GET" and self.body is not None:
            raise ValueError("a GET has no body: give another method")
        return self

    def templates(self) -> Iterable[str]:
        """Return the texts in which variables may stand."""
        return (self.url, *self.headers.values(), *_texts_in(self.body))

    def variables_set(self) -> Iterable[str]:
        """Return the variables that an answer gives."""
        return [name.upper() for name in (*self.answer, *self.sets)]

    def secrets_set(self, known: Collection[str]) -> Iterable[str]:
        """Return the variables of an answer that are private."""
        return [name.upper() for name, found in self.answer.items() if found.private]

    @property
    def own(self) -> Mapping[str, Any] | None:
        """The request written out here, as the configuration holds one; None for a connection."""
        if self.connection:
            return None
        return {
            "url": self.url,
            "method": self.method,
            "headers": dict(self.headers),
            "body": self.body,
            "body_type": self.body_type,
            "limit_s": self.limit_s or LIMIT_S,
            "answer": {name: found.model_dump() for name, found in self.answer.items()},
        }

    async def _asked(self, visit: Visit) -> Reply:
        """Ask, let the caller hear music meanwhile, and keep what was answered."""
        question = Question(
            self.connection,
            self.own,
            # Another time the same step asks anew: the key holds for the tries of one time alone.
            f"{visit.world.facts.call}:{visit.place}:{visit.entered[visit.branch]}",
            self.limit_s,
        )
        async with visit.world.line.comfort():
            reply = await visit.world.desks.wires.ask(question, visit.look_up)
        for name, value in reply.variables.items():
            visit.set_variable(name, value.text, private=value.private)
        return reply


def _told(reply: Reply) -> str:
    return f"{reply.fault} {reply.status}" if reply.status else reply.fault


class Request(_Asking):
    """Send a request to another system and keep what its answer gives in variables.

    A status that is no success, an answer without what is to be taken from it, a time-out and a certificate
    that is not to be trusted are all errors. The caller hears music while it lasts. Where requests may go is
    a matter of the configuration (http).
    """

    example: ClassVar[str] = "- request: {connection: orders, sets: [status], error: sorry}"

    answered: BranchName | None = Field(
        default=None, description="The branch after an answer; none: the next step."
    )
    error: BranchName | None = Field(default=None, description="The branch without one; none hangs up.")

    def exits(self) -> Mapping[str, Outcome]:
        """Return both exits."""
        return {
            ANSWERED: lead(self.answered, Next()),
            ERROR: lead(self.error, HangUp(EndReason.NO_WAY_ON)),
        }

    async def run(self, visit: Visit) -> Taken:
        """Ask."""
        reply = await self._asked(visit)
        return self.take(ERROR, _told(reply)) if reply.fault else self.take(ANSWERED)


def _names_alone(value: object) -> object:
    """Accept a list of branches for answers that are their names."""
    return {str(one): str(one) for one in value} if isinstance(value, list | tuple) else value


class ByAnswer(_Asking):
    """Go on as another system answers, such as to the news of a fault that this customer has.

    The answer is the value of ``variable``. Every other answer, an error, and none within the limit go the
    way of ``otherwise``. The caller hears music while it lasts.
    """

    example: ClassVar[str] = "- by_answer: {connection: faults, variable: fault, branches: {7: sorry}}"

    variable: VariableName = Field(
        default="", description="The variable of the answer that decides; none is the first."
    )
    branches: Annotated[Values, BeforeValidator(_names_alone)] = Field(
        description="Answers, each with the branch it leads to; or branches whose names are answered.",
        examples=["{7: outage, 8: repair}"],
    )
    otherwise: BranchName | None = Field(
        default=None, description="The branch of every other answer, and of none; none: the next step."
    )

    @model_validator(mode="after")
    def _decides(self) -> ByAnswer:
        if self.url and not self.answer:
            raise ValueError("say under answer where in the answer the value stands")
        known = {name.upper() for name in (*self.answer, *self.sets)}
        if not self.variable and not known:
            raise ValueError("say which variable of the answer decides (variable)")
        if self.variable and known and self.variable.upper() not in known:
            given = ", ".join(sorted(known))
            raise ValueError(f"variable: the answer gives {given}, and not {self.variable}")
        return self

    def variables_set(self) -> Iterable[str]:
        """Return the variables that an answer gives."""
        return list(dict.fromkeys([*super().variables_set(), self.decisive]))

    @property
    def decisive(self) -> str:
        """The variable by which it is decided."""
        return (self.variable or next(iter((*self.answer, *self.sets)))).upper()

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per answer, and one for all others."""
        ways: dict[str, Outcome] = {f"answer {value}": GoTo(name) for value, name in self.branches.items()}
        return {**ways, OTHERWISE: lead(self.otherwise, Next())}

    async def run(self, visit: Visit) -> Taken:
        """Ask and go."""
        reply = await self._asked(visit)
        if reply.fault:
            return self.take(OTHERWISE, _told(reply))
        found = reply.variables.get(self.decisive)
        for value in self.branches if found is not None else ():
            if found is not None and same(value) == same(found.text):
                return self.take(f"answer {value}")
        return self.take(OTHERWISE, "" if found is None or found.private else found.text[:40])
