"""Trees for pictures, and pictures read back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from softswitch.ivr.drawing.layout import Layout, laid_out
from softswitch.ivr.drawing.marks import Marks
from softswitch.ivr.drawing.sketch import Sketch, sketch_of
from softswitch.ivr.drawing.svg import svg
from softswitch.ivr.loader import load_tree
from softswitch.ivr.model import Tree
from tests.ivr.written import tree_of

TREES = Path(__file__).resolve().parents[3] / "ivr_trees"
SVG = "{http://www.w3.org/2000/svg}"


def shipped(name: str) -> Tree:
    return load_tree(TREES / f"{name}.yaml")


def large(branches: int = 60) -> Tree:
    """Return a tree of so many branches: menus, people, ways back, ways far on."""
    lines = ["a:", "  - goto: b0", "bye:", "  - say: Goodbye.", "  - hangup"]
    for number in range(branches - 2):
        below = [f"b{one}" for one in range(3 * number + 1, 3 * number + 4) if one < branches - 2]
        lines += [f"b{number}:", f"  - label: Branch {number} & <sons>"]
        if below:
            keys = ", ".join(f"{key}: {name}" for key, name in enumerate(below, start=1))
            lines.append(f'  - menu: {{prompt: "Choose.", keys: {{{keys}, 0: b{number // 3}}}, then: bye}}')
        else:
            lines.append(f"  - dial: {{target: 1001, busy: b{number // 3}, no_answer: bye, after: bye}}")
    return tree_of("\n".join(lines))


def sketch(tree: Tree, language: str = "en") -> Sketch:
    return sketch_of(tree, language)


def layout(tree: Tree) -> Layout:
    return laid_out(sketch(tree), Marks())


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def picture(tree: Tree, marks: Marks | None = None, language: str = "en") -> ElementTree.Element:
    return parsed(svg(sketch(tree, language), marks or Marks()))


def texts(element: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in element.iter(f"{SVG}text")]


@dataclass(frozen=True, slots=True)
class Frame:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Frame) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )
