"""What becomes of trees as a whole, in words."""

from __future__ import annotations

from typing import Final, assert_never

from softswitch.events import TreePublished, TreeRolledBack, TreeWithdrawn
from softswitch.narration.phrases import printable
from softswitch.words import Both

TreeEvent = TreePublished | TreeRolledBack | TreeWithdrawn

AT_START: Final = "start"
"""Who publishes what a start of the switch finds."""

SHOWN_OF_CHECKSUM: Final = 12
"""Letters of a checksum that tell one version from every other."""


def told_of_tree(event: TreeEvent) -> Both:
    """Return what became of a tree, in both languages."""
    name, who = printable(event.tree), printable(event.by)
    match event:
        case TreePublished(_, version, checksum):
            short = checksum[:SHOWN_OF_CHECKSUM]
            if event.by == AT_START and version == 1:
                return f"the menu {name} is new ({short})", f"menu {name} jest nowe ({short})"
            if event.by == AT_START:
                return (
                    f"the menu {name} was changed on the disk: version {version} ({short})",
                    f"menu {name} zmieniono na dysku: wersja {version} ({short})",
                )
            return (
                f"{who} published version {version} of the menu {name} ({short})",
                f"{who} publikuje wersję {version} menu {name} ({short})",
            )
        case TreeRolledBack(_, version, back_to):
            return (
                f"{who} rolled the menu {name} back to version {back_to}, it is version {version} now",
                f"{who} przywraca wersję {back_to} menu {name}, teraz to wersja {version}",
            )
        case TreeWithdrawn():
            return f"{who} took the menu {name} out of service", f"{who} wycofuje menu {name}"
        case _:
            assert_never(event)
