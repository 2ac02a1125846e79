"""``softswitch trees``: which voice menus callers enter, what publishing did, and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from softswitch.commands.shown import as_json, local_time, sentence, table
from softswitch.commands.view import View
from softswitch.errors import harmless
from softswitch.ivr.publishing.figures import Change, Comparison, Report, TreeFigures, VersionFigures
from softswitch.languages import POLISH
from softswitch.words import Both

SHOWN_OF_CHECKSUM: Final = 12
"""Letters of a checksum that tell one version from every other."""

TITLES: Final[Sequence[Both]] = (
    ("menu", "menu"),
    ("numbers", "numery"),
    ("version", "wersja"),
    ("checksum", "suma"),
    ("since", "od"),
    ("by", "kto"),
    ("calls", "rozmowy"),
    ("file", "plik"),
)
FINISHING: Final[Both] = ("calls finish on it", "rozmowy na niej się kończą")


def show_trees(trees: Sequence[TreeFigures], *, view: View) -> RenderableType:
    """Return the menus of a running switch; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json(trees)
    if not trees:
        return sentence(view, "There are no menus.", "Nie ma żadnego menu.")
    rows = (
        (
            one.tree,
            ", ".join(one.numbers) or "-",
            str(one.version),
            one.checksum[:SHOWN_OF_CHECKSUM],
            local_time(one.since, view),
            one.by,
            str(one.calls),
            _shown(one.path) if one.entered else FINISHING[view.language == POLISH],
        )
        for one in trees
    )
    return table(view, TITLES, rows)


def _shown(path: str) -> str:
    """Return a file as it is called from where one stands, when it lies beneath."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def show_versions(versions: Sequence[VersionFigures], *, view: View) -> RenderableType:
    """Return the versions of a menu that are kept; JSON is a ``str``."""
    if view.as_json:
        return as_json(versions)
    titles = (("version", "wersja"), ("checksum", "suma"), ("at", "kiedy"), ("by", "kto"), ("as", "jak"))
    rows = (
        (
            str(one.version),
            one.checksum[:SHOWN_OF_CHECKSUM],
            local_time(one.at, view),
            one.by,
            str(one.back_to) if one.back_to else "",
        )
        for one in versions
    )
    return table(view, titles, rows)


def show_difference(found: Comparison, *, view: View) -> RenderableType:
    """Return what differs between two versions; JSON is a ``str``."""
    if view.as_json:
        return as_json(found)
    one, other = (_named(number) for number in (found.before, found.after))
    heading = sentence(
        view,
        f"{found.tree}, from {one[0]} to {other[0]}:",
        f"{found.tree}, od {one[1]} do {other[1]}:",
    )
    if found.told:
        return Group(heading, *_sentences(found.told, view))
    same = (
        ("nothing differs", "nic się nie różni")
        if found.same_text
        else ("only notes or layout differ", "różnią się tylko uwagi albo układ")
    )
    return Group(heading, *_sentences((same,), view))


def show_report(report: Report, *, view: View) -> RenderableType:
    """Return what came of publishing; JSON is a ``str``."""
    if view.as_json:
        return as_json(report)
    parts: list[Text] = []
    for english, polish, lines in (
        ("fault", "błąd", report.faults),
        ("test failed", "test nie przeszedł", report.red),
        ("warning", "ostrzeżenie", report.warnings),
    ):
        kind = polish if view.language == POLISH else english
        if view.language == POLISH:
            lines = tuple(report.polish.get(line, line) for line in lines)
        parts += [Text(f"{kind}: {_lines(line)}") for line in lines]
    for change in report.changes:
        parts += _change(change, report.done, view)
    for name in report.withdrawn:
        english, polish = ("withdrawn", "wycofane") if report.done else ("gone", "zniknęło")
        parts.append(sentence(view, f"{harmless(name)}: {english}", f"{harmless(name)}: {polish}"))
    parts += _sentences(report.notes, view)
    if report.done and not report.changes and not report.withdrawn:
        parts.append(sentence(view, "Nothing has changed.", "Nic się nie zmieniło."))
    if report.done and report.tests:
        parts.append(
            sentence(view, f"Tests that passed: {report.tests}.", f"Testy, które przeszły: {report.tests}.")
        )
    if not report.done:
        parts.append(_refusal(report, view))
    return Group(*parts)


def _refusal(report: Report, view: View) -> Text:
    if report.faults or report.red:
        return sentence(
            view, "Nothing was published: all is as it was.", "Nic nie opublikowano: wszystko jest jak było."
        )
    return sentence(
        view,
        "Nothing was published: all is as it was. With --force it is published in spite of warnings.",
        "Nic nie opublikowano: wszystko jest jak było. Z --force będzie opublikowane mimo ostrzeżeń.",
    )


def _change(change: Change, done: bool, view: View) -> list[Text]:
    name, version = harmless(change.tree), change.version
    if done and change.before:
        first: Both = (
            f"{name}: version {version} in place of {change.before}",
            f"{name}: wersja {version} zamiast {change.before}",
        )
    elif done:
        first = f"{name}: version {version}, new", f"{name}: wersja {version}, nowe"
    else:
        first = f"{name}: would change", f"{name}: zmieniłoby się"
    told = change.told
    if change.before and not told:
        told = (("only notes or layout differ", "różnią się tylko uwagi albo układ"),)
    return [sentence(view, *first), *_sentences(told, view)]


def _sentences(told: Iterable[Both], view: View) -> list[Text]:
    return [Text(f"  {harmless(one[view.language == POLISH])}") for one in told]


def _named(number: int) -> Both:
    return (f"version {number}", f"wersji {number}") if number else ("the file", "pliku")


def _lines(text: str) -> str:
    return "\n".join(map(harmless, text.splitlines()))
