"""Steps that give a variable a value, and that go on by the value of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from softswitch.ivr.expressions import names_in
from softswitch.ivr.model import NEXT, Action
from softswitch.ivr.outcome import GoTo, Next, Outcome, Taken, lead
from softswitch.ivr.references import BranchName, Kind, Template, Text, checked_variable
from softswitch.ivr.visit import LONGEST_VALUE, Visit

OTHERWISE: Final = "otherwise"
MOST_VALUES: Final = 200
"""More ways out of one step are a table, and belong into another system."""

VariableName = Annotated[str, AfterValidator(checked_variable), Kind("name", "nazwa")]


def same(value: str) -> str:
    """Return a value as it is compared: small and capital letters are one, spaces round it nothing."""
    return value.strip().casefold()


def _distinct(branches: dict[str, str]) -> dict[str, str]:
    if not branches:
        raise ValueError("no value leads to a branch, so nothing is decided here")
    if len({same(value) for value in branches}) < len(branches):
        raise ValueError("one value stands here twice: small and capital letters are the same")
    return branches


Values = Annotated[
    dict[str, BranchName],
    Field(max_length=MOST_VALUES),
    AfterValidator(_distinct),
    Kind("values and their branches", "wartości i ich gałęzie"),
]


class Set(Action):
    """Give a variable a value, a text that may hold other variables.

    What holds a secret is a secret itself. An empty value is none, and a long one is cut at 2000 letters.
    """

    example: ClassVar[str] = '- set: {name: topic, value: "Returns"}'
    instant: ClassVar[bool] = True

    name: VariableName = Field(description="The variable: {{VARIABLE.NAME}}.")
    value: Template = Field(default="", description="Its value; without it the variable has none any more.")

    def templates(self) -> Iterable[str]:
        """Return the value, which may hold variables."""
        return (self.value,)

    def variables_set(self) -> Iterable[str]:
        """Return the one variable."""
        return (self.name.upper(),)

    def secrets_set(self, known: Collection[str]) -> Iterable[str]:
        """Return the variable where a secret goes into its value."""
        return self.variables_set() if any(name in known for name in names_in(self.value)) else ()

    async def run(self, visit: Visit) -> Taken:
        """Set it."""
        filled = visit.fill(self.value)
        visit.set_variable(self.name, filled.text, private=filled.private)
        name, cut = self.name.upper(), len(filled.text) > LONGEST_VALUE
        return self.take(NEXT, f"{name}, cut at {LONGEST_VALUE} letters" if cut else name)


class ByValue(Action):
    """Go on by the value of a variable, or of a text with variables. The caller hears nothing of it.

    Small and capital letters are the same, and spaces round the value do not count.
    """

    example: ClassVar[str] = '- by_value: {value: "{{CALL.LANGUAGE}}", branches: {en: sales}}'
    instant: ClassVar[bool] = True

    value: Text = Field(description="What is compared: a variable such as {{VARIABLE.STATUS}}.")
    branches: Values = Field(
        description="Values, each with the branch it leads to; an empty one is for no value at all.",
        examples=["{sent: on_its_way, new: waiting}"],
    )
    otherwise: BranchName | None = Field(
        default=None, description="The branch of every other value; none: the next step."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per value, and one for all others."""
        ways: dict[str, Outcome] = {f"value {value}": GoTo(name) for value, name in self.branches.items()}
        return {**ways, OTHERWISE: lead(self.otherwise, Next())}

    def templates(self) -> Iterable[str]:
        """Return the text that is compared."""
        return (self.value,)

    async def run(self, visit: Visit) -> Taken:
        """Compare and go."""
        filled = visit.fill(self.value)
        known = filled.text if visit.knows(self.value) else ""
        for value in self.branches:
            if same(value) == same(known):
                return self.take(f"value {value}")
        return self.take(OTHERWISE, filled.logged)
