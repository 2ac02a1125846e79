"""What is known of a customer, spoken of before anybody knows who calls."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from softswitch.ivr.expressions import names_in
from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.model import Step, Tree
from softswitch.ivr.outcome import Back, GoTo, Into, Next, Outcome, Up
from softswitch.ivr.ways import leaders

CUSTOMER = "CUSTOMER."


def _look(view: View) -> Iterator[Found]:
    unknown = _unknown_at(view.tree)
    for branch, step in view.steps():
        names = _names(step)
        if names and (branch.name, step.number) in unknown:
            shown = ", ".join(f"{{{{{name}}}}}" for name in names)
            yield Found(
                f"callers can come here before anybody knows who they are, so {shown} has no value",
                f"można tu dojść, zanim wiadomo, kto dzwoni, więc {shown} nie ma wartości",
                branch,
                step,
            )


def _names(step: Step) -> list[str]:
    if step.action.identifies:
        return []
    return list(
        dict.fromkeys(
            name for text in step.action.templates() for name in names_in(text) if name.startswith(CUSTOMER)
        )
    )


def _unknown_at(tree: Tree) -> frozenset[tuple[str, int]]:
    """Return the steps, as (branch, number), that callers come to of whom nobody knows who they are."""
    return _Unknown(tree).steps(tree.entrances & tree.branches.keys())[0]


class _Unknown:
    """Follows callers through a tree for as long as nobody knows who they are."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._up = leaders(tree)
        self._come_back: dict[str, bool] = {}
        """Of branches that are gone through and back from: whether a caller can come back unknown."""

    def steps(self, starts: Collection[str]) -> tuple[frozenset[tuple[str, int]], bool]:
        """Return the steps that are come to from some branches, and whether one of them leads back."""
        tree, back = self._tree, False
        found: set[tuple[str, int]] = set()
        waiting = list(starts)
        seen = set(waiting)
        while waiting:
            name = waiting.pop()
            ways: Collection[Outcome] = (Next(),)
            for step in tree.branches[name].steps:
                found.add((name, step.number))
                ways = self._after(step)
                back = back or any(isinstance(way, Back) for way in ways)
                targets = {target for way in ways for target in _targets(way, self._up[name])}
                waiting += (targets - seen) & tree.branches.keys()
                seen |= targets
                if Next() not in ways:
                    break
            # The end of a branch that was gone through is a way back, too.
            back = back or Next() in ways
        return frozenset(found), back

    def _after(self, step: Step) -> set[Outcome]:
        """Return the ways out of a step on which the caller is as unknown as before."""
        ways = {way for name, way in step.action.exits().items() if name not in step.action.identifies}
        into = [way.branch for way in ways if isinstance(way, Into)]
        if into and not any(self._returns(branch) for branch in into):
            return {way for way in ways if isinstance(way, Into)}
        return ways

    def _returns(self, branch: str) -> bool:
        if branch not in self._come_back:
            # Of one that is in the middle of itself nothing is concluded.
            self._come_back[branch] = True
            self._come_back[branch] = self.steps({branch} & self._tree.branches.keys())[1]
        return self._come_back[branch]


def _targets(way: Outcome, up: frozenset[str]) -> frozenset[str]:
    match way:
        case GoTo(branch) | Into(branch):
            return frozenset({branch})
        case Up():
            return up
        case _:
            return frozenset()


RULE = Rule(
    "unidentified_customer",
    Severity.HINT,
    "Nothing is said of a customer before it is known who calls.",
    "O kliencie nic nie jest mówione, zanim wiadomo, kto dzwoni.",
    _look,
)
