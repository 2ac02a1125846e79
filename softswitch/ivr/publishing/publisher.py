"""Publishing: files are read anew, checked, tested and made audible; only then do new callers enter them.

Order is everything here. A version is written down before the first caller can enter it, and whoever is in a
tree stays in the one that was entered. What is refused leaves everything as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from softswitch.clock import Clock
from softswitch.errors import Problem
from softswitch.events import TreePublished, TreeRolledBack, TreeWithdrawn
from softswitch.ivr.check import check_together
from softswitch.ivr.faults_polish import problem_in_polish
from softswitch.ivr.loader import Configured
from softswitch.ivr.model import Tree
from softswitch.ivr.publishing.difference import differences
from softswitch.ivr.publishing.figures import Change, Report
from softswitch.ivr.publishing.history import MOST_VERSIONS, History, PublishingRefused, Versions
from softswitch.ivr.publishing.living import Living, LivingTrees
from softswitch.ivr.publishing.reading import Readable, put_back, read_files, sounds_of
from softswitch.ivr.publishing.version_model import AT_START, Content, NewVersion, Version
from softswitch.ivr.source import text_at
from softswitch.words import Both


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with trees: ``faults`` stop them, ``warnings`` can be overruled.

    ``polish`` has warnings in Polish, by how they are told in English.
    """

    faults: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    polish: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of the tests beside a tree; ``red`` are those that failed, each in its own lines.

    ``polish`` has these in Polish, by how they are told in English.
    """

    count: int = 0
    red: tuple[str, ...] = ()
    polish: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Means:
    """What publishing needs of the rest of the switch.

    ``files`` lists all tree files as the configuration has them. ``judge`` looks at all trees together and
    warns of those that are named. ``test`` runs the tests beside a tree; both block and are run in a thread.
    ``speak`` makes prompts ready and returns those that cannot be spoken.
    """

    files: Callable[[], tuple[list[Path], list[Problem]]]
    names: Configured
    judge: Callable[[Sequence[Tree], Collection[str]], Judged]
    test: Callable[[Tree], Tested]
    speak: Callable[[Sequence[Tree]], Awaitable[Sequence[str]]]
    record: Callable[[TreePublished | TreeRolledBack | TreeWithdrawn], object]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the trees are to be: ``whole`` in order, ``new`` those among them whose content is another."""

    whole: tuple[Tree, ...] = ()
    new: tuple[Readable, ...] = ()
    withdrawn: tuple[str, ...] = ()
    faults: tuple[Problem, ...] = ()


class Publisher:
    """Brings versions of trees to life. Callers of its methods take turns (see :mod:`.jobs`)."""

    def __init__(self, living: LivingTrees, versions: Versions, means: Means, clock: Clock) -> None:
        self._living = living
        self._versions = versions
        self._means = means
        self._clock = clock
        self._history = History(living, versions, means.names)

    # At the start

    async def begin(self, trees: Sequence[Tree]) -> tuple[str, ...]:
        """Let callers enter the trees that a start found; what is not the last version becomes the next.

        Return a sentence about each that was changed since and whose tests fail: publishing would have
        refused it. Raises OSError where a file that could just be read is gone.
        """
        contents = await asyncio.to_thread(lambda: [_content(tree) for tree in trees])
        lasts = [await self._versions.last(tree.name) for tree in trees]
        new = [
            NewVersion(tree.name, str(tree.path), content, self._clock.wall(), AT_START)
            for tree, content, last in zip(trees, contents, lasts, strict=True)
            if last is None or last.checksum != content.checksum
        ]
        added = {one.tree: one for one in await self._versions.add(new)} if new else {}
        versions = [added.get(tree.name) or last for tree, last in zip(trees, lasts, strict=True)]
        self._living.switch_over(
            [Living.of(tree, one) for tree, one in zip(trees, versions, strict=True) if one is not None]
        )
        for one in added.values():
            self._means.record(TreePublished(one.tree, one.number, one.checksum, one.by))
        changed = [
            tree for tree, last in zip(trees, lasts, strict=True) if last is not None and tree.name in added
        ]
        return tuple([told for tree in changed if (told := await self._failing(tree))])

    async def _failing(self, tree: Tree) -> str:
        tested = await asyncio.to_thread(self._means.test, tree)
        if not tested.red:
            return ""
        return (
            f"the menu '{tree.name}' was changed and not published, and tests of it fail: callers walk it as "
            f"it is now, in {tree.path}; see softswitch test, and softswitch trees back {tree.name}"
        )

    # Publishing

    async def publish(self, files: Sequence[Path] = (), *, by: str, force: bool = False) -> Report:
        """Publish what has changed on the disk, of these files alone or of all.

        Nothing changes where there are faults, where tests are red, or without ``force`` where there are
        warnings. Raises PublishingRefused for a file that is none of this line's.
        """
        plan = await asyncio.to_thread(self._plan, [path.resolve() for path in files])
        changes = tuple([await self._change(one) for one in plan.new])
        report = _with(Report(False, changes, plan.withdrawn), Judged(plan.faults))
        if not plan.faults and not plan.new and not plan.withdrawn:
            return replace(report, done=True)
        report = await self._examined(plan, report)
        if report.faults or report.red or (report.warnings and not force):
            return report
        unspoken = await self._means.speak([one.tree for one in plan.new])
        report = replace(report, warnings=(*report.warnings, *unspoken))
        if unspoken and not force:
            return report
        new = [
            NewVersion(one.tree.name, str(one.tree.path), one.content, self._clock.wall(), by)
            for one in plan.new
        ]
        added = await self._switched(plan, new)
        for version in added:
            self._means.record(TreePublished(version.tree, version.number, version.checksum, by))
        for name in plan.withdrawn:
            self._means.record(TreeWithdrawn(name, by))
        return _done(report, added)

    def _plan(self, files: Sequence[Path]) -> _Plan:
        """Read what is on the disk and return what is to become of the trees; blocks."""
        listed, problems = self._means.files()
        by_place = {path.resolve(): path for path in listed}
        for path in files:
            if path not in by_place:
                raise PublishingRefused(
                    f"{path} is no menu of this line: name it or its folder under 'trees'"
                )
        chosen = set(files) or set(by_place)
        found, faults = read_files(
            (by_place[place] for place in by_place if place in chosen), self._means.names
        )
        problems += faults
        fresh = {one.tree.path.resolve(): one for one in found}
        living = {one.tree.path.resolve(): one for one in self._living.all}
        # With files named, all others stay as they are, also those that are gone from the disk.
        places = list(by_place) if not files else list(dict.fromkeys([*living, *files]))
        whole = tuple(
            fresh[place].tree if place in fresh else living[place].tree
            for place in places
            if place in fresh or (place in living and place not in chosen)
        )
        new = tuple(one for one in fresh.values() if self._is_new(one))
        names = {tree.name for tree in whole}
        withdrawn = tuple(one.tree.name for one in self._living.all if one.tree.name not in names)
        # A file that cannot be read takes no tree away: there is a fault, and nothing happens.
        return _Plan(
            whole,
            new,
            () if problems else withdrawn,
            (*problems, *(check_together(whole) if not problems else ())),
        )

    def _is_new(self, one: Readable) -> bool:
        living = self._living.get(one.tree.name)
        moved = living is not None and living.tree.path.resolve() != one.tree.path.resolve()
        return living is None or moved or living.checksum != one.content.checksum

    async def _examined(self, plan: _Plan, report: Report) -> Report:
        """Return the report with what checks and tests find."""
        if report.faults:
            return report
        names = {one.tree.name for one in plan.new}
        judged = await asyncio.to_thread(self._means.judge, plan.whole, names)
        report = _with(report, judged)
        if report.faults:
            return report
        for one in plan.new:
            tested = await asyncio.to_thread(self._means.test, one.tree)
            report = replace(
                report,
                tests=report.tests + tested.count,
                red=(*report.red, *tested.red),
                polish={**report.polish, **tested.polish},
            )
        return report

    async def _switched(self, plan: _Plan, new: Sequence[NewVersion]) -> tuple[Version, ...]:
        """Write the versions down, then let new callers enter them."""
        added = await self._versions.add(new) if new else ()
        numbered = {version.tree: version for version in added}
        living = {one.tree.name: one for one in self._living.all}
        self._living.switch_over(
            [
                Living.of(tree, numbered[tree.name]) if tree.name in numbered else living[tree.name]
                for tree in plan.whole
            ]
        )
        return added

    async def _change(self, one: Readable) -> Change:
        living = self._living.get(one.tree.name)
        path, checksum = str(one.tree.path), one.content.checksum
        if living is None:
            last = await self._versions.last(one.tree.name)
            return Change(one.tree.name, path, 0 if last is None else last.number, 0, checksum)
        before = await self._versions.get(one.tree.name, living.tree.version)
        sounds = before.content.sounds if before is not None else {}
        told = differences(living.tree, one.tree, sounds, one.content.sounds)
        return Change(one.tree.name, path, living.tree.version, 0, checksum, told)

    # Back

    async def back(self, name: str, number: int = 0, *, by: str) -> Report:
        """Let callers enter an earlier version again, by its number, or the one before; its file is put back.

        It becomes a new version. Tests beside the file are those of its newest text: they are not run, nor do
        warnings stop it, as callers have walked it before. Raises PublishingRefused.
        """
        living = self._living.get(name)
        if living is None:
            raise self._history.no_tree(name)
        now = await self._history.version(name, living.tree.version)
        target = await self._history.version(name, number) if number else await self._before(now)
        if target.checksum == now.checksum:
            raise PublishingRefused(f"version {target.number} of the menu '{name}' is what callers walk now")
        path = living.tree.path
        tree = await asyncio.to_thread(self._history.parsed, target, path)
        if not isinstance(tree, Tree):
            return _with(Report(False), Judged(tuple(tree)))
        content = Content(target.content.text, await asyncio.to_thread(sounds_of, tree))
        told = differences(living.tree, tree, now.content.sounds, content.sounds)
        whole = tuple(tree if one is living.tree else one for one in self._living.trees)
        change = Change(name, str(path), now.number, 0, content.checksum, told)
        plan = _Plan(whole, (Readable(tree, content),), (), tuple(check_together(whole)))
        report = Report(False, (change,), notes=_other_sounds(target, content))
        report = _with(report, Judged(plan.faults))
        if not report.faults:
            judged = await asyncio.to_thread(self._means.judge, whole, {name})
            report = _with(report, judged)
        if report.faults:
            return report
        unspoken = await self._means.speak([tree])
        note = await asyncio.to_thread(_put_back, path, target.content.text, now.content.text)
        report = replace(report, warnings=(*report.warnings, *unspoken), notes=(*report.notes, *note))
        new = NewVersion(name, str(path), content, self._clock.wall(), by, target.number)
        added = await self._switched(plan, [new])
        for version in added:
            self._means.record(TreeRolledBack(name, version.number, target.number, version.checksum, by))
        return _done(report, added)

    async def _before(self, now: Version) -> Version:
        """Return the version to go back to: going back twice goes two versions back, not there and here."""
        known = {one.number: one for one in await self._versions.all(now.tree, limit=MOST_VERSIONS)}
        at = now
        while at.back_to in known:
            at = known[at.back_to]
        for number in sorted((one for one in known if one < at.number), reverse=True):
            if known[number].checksum != now.checksum:
                return known[number]
        raise PublishingRefused(f"the menu '{now.tree}' has no version before this one")


def _content(tree: Tree) -> Content:
    return Content(text_at(tree.path), sounds_of(tree))


def _with(report: Report, judged: Judged) -> Report:
    """Return a report with what is wrong, in both languages."""
    polish = {str(one): str(problem_in_polish(one)) for one in (*judged.faults, *judged.warnings)}
    return replace(
        report,
        faults=tuple(map(str, judged.faults)),
        warnings=tuple(map(str, judged.warnings)),
        polish={**report.polish, **polish, **judged.polish},
    )


def _done(report: Report, added: Sequence[Version]) -> Report:
    numbers = {version.tree: version.number for version in added}
    changes = tuple(replace(one, version=numbers.get(one.tree, 0)) for one in report.changes)
    return replace(report, done=True, changes=changes)


def _other_sounds(target: Version, content: Content) -> tuple[Both, ...]:
    kept = target.content.sounds
    return tuple(
        (
            f"the sound file {name} is not the one of version {target.number}: callers hear the one of now",
            f"plik dźwiękowy {name} nie jest tym z wersji {target.number}: dzwoniący słyszą obecny",
        )
        for name in sorted(kept)
        if content.sounds.get(name) != kept[name]
    )


def _put_back(path: Path, text: str, published: str) -> tuple[Both, ...]:
    """Write an earlier text in place of a file, whose text the next start takes; return what to know."""
    try:
        kept = put_back(path, text, published=published)
    except OSError as error:
        return (
            (
                f"{path} could not be put back ({error.strerror}): the next start publishes what is in it",
                f"nie udało się przywrócić {path} ({error.strerror}): następny start opublikuje jego treść",
            ),
        )
    if kept is None:
        return ()
    return ((f"changes that were not published are kept in {kept}", f"nieopublikowane zmiany są w {kept}"),)
