"""A YAML file as text and line numbers, with every fault of its form.

Every scalar stays the text its author wrote and gets a type only from the parameter it fills. That
mends two traps of YAML 1.1: ``no`` and ``on`` stay words, and ``010`` is not eight.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from softswitch.errors import Problem
from softswitch.ivr.yaml_faults import explain
from softswitch.ivr.yaml_merging import merge

MAX_DEPTH = 20
"""A tree is a handful of levels deep; deeper is a mistake, or an alias that holds itself."""

MAX_NODES = 200_000
"""Some ten thousand steps, aliases counted as often as they are used: they must not grow without bound."""

MAX_LETTERS = 1_000_000
"""Of a file: a hundred times the largest tree there is, and still read within seconds."""

LARGEST_FILE: Final = 4 * MAX_LETTERS + 3
"""Octets of a file: no letter has more than four, and three may be a byte order mark."""

_TOO_MUCH = "nested too deeply, or too large"
_NO_MAPPING = "<<: another mapping is wanted here, or a list of them, such as <<: *usual"
_NO_KEY = "a key must be a plain word or number"

_NOTHING = ("", "~", "null", "Null", "NULL")

Plain = str | None | list["Plain"] | dict[str, "Plain"]


def text_at(path: Path) -> str:
    """Return the text of a file, its line ends as they are, without a byte order mark.

    Raises OSError for what cannot be read, is no file on a disk (nobody may ever write into a pipe, and a
    device may have no end) or is far larger than any tree; UnicodeDecodeError for what is no UTF-8.
    """
    # Not to wait: to open a pipe would, until somebody opens its other end.
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        kind = os.fstat(file.fileno()).st_mode
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(kind):
            raise OSError(errno.EINVAL, "it is a pipe or a device, and no file", str(path))
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"the file is larger than {LARGEST_FILE:,} octets", str(path))
    # Some editors begin a file with a byte order mark; it is no part of the text.
    return data.decode("utf-8-sig")


@dataclass(slots=True)
class Source:
    """One file being read: its path as shown to people, and the problems found so far."""

    path: str
    problems: list[Problem] = field(default_factory=list)

    def report(self, line: int | None, where: str, reason: str) -> None:
        """Note one problem."""
        self.problems.append(Problem(self.path, line, where, reason))

    def parse(self, text: str) -> Node | None:
        """Return the root of the file, or None when it is no YAML at all (which is reported)."""
        if len(text) > MAX_LETTERS:
            self.report(None, "", f"the file is larger than {MAX_LETTERS:,} letters")
            return None
        try:
            deep = _too_deep(text)
            root: Node | None = yaml.compose(text, Loader=yaml.CSafeLoader) if deep is None else None
        except yaml.MarkedYAMLError as error:
            line, reason = explain(error, text)
            self.report(line, "", f"this is not YAML: {reason}")
            return None
        except yaml.YAMLError as error:
            self.report(None, "", f"this is not YAML: {' '.join(str(error).split())}")
            return None
        if deep is not None:
            self.report(deep, "", _TOO_MUCH)
            return None
        if root is None:
            self.report(None, "", "the file is empty")
            return None
        return self._merged(root)

    def _merged(self, root: Node) -> Node | None:
        """Return the root with its merge keys carried out, None for a file that is too much."""
        # Once more after merging: each key may bring a whole mapping along.
        for again in (False, True):
            too_much = _too_much(root)
            if too_much is not None:
                self.report(line_of(too_much), "", _TOO_MUCH)
                return None
            nothing = None if again else merge(root)
            if nothing is not None:
                self.report(line_of(nothing), "", _NO_MAPPING)
                return None
        return root

    def plain(self, node: Node, where: str) -> Plain:
        """Return the node as texts, lists and mappings; report keys written twice."""
        if isinstance(node, ScalarNode):
            return None if not node.style and node.value in _NOTHING else node.value
        if isinstance(node, SequenceNode):
            return [self.plain(child, where) for child in node.value]
        return {key: self.plain(value, where) for key, _, value in self.entries(node, where)}

    def entries(self, node: Node, where: str) -> list[tuple[str, Node, Node]]:
        """Return (key, key node, value node) of a mapping; report keys that are no text or come twice."""
        if not isinstance(node, MappingNode):
            return []
        found: list[tuple[str, Node, Node]] = []
        first: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                # ``say: {{CALL.CALLER_ID}}`` is a mapping whose one key is a mapping.
                braces = isinstance(key, MappingNode)
                reason = "put the text in quotes: it begins with {{" if braces else _NO_KEY
                self.report(line_of(key), where, reason)
            elif key.value in first:
                self.report(
                    line_of(key), where, f"'{key.value}' is written twice (first on line {first[key.value]})"
                )
            else:
                first[key.value] = line_of(key)
                found.append((key.value, key, value))
        return found


def line_of(node: Node) -> int:
    """Return the line on which a node starts, counted from 1."""
    return int(node.start_mark.line) + 1


def kind_of(node: Node) -> str:
    """Return what a node is, in words."""
    if isinstance(node, MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, SequenceNode) else "a single value"


def lines_within(node: Node, prefix: str = "") -> dict[str, int]:
    """Return the line of everything inside ``node``, by dotted path."""
    lines: dict[str, int] = {}
    for name, key, value in _children(node):
        path = f"{prefix}.{name}" if prefix else name
        lines[path] = line_of(key)
        lines.update(lines_within(value, path))
    return lines


def locate(node: Node, location: Sequence[str | int]) -> tuple[str, int]:
    """Return (dotted path, line) of the place ``location`` leads to.

    Parts that the author did not write, because a short form stands there, are passed over.
    """
    parts: list[str] = []
    line = line_of(node)
    for part in location:
        for name, key, value in _children(node):
            if name == str(part):
                parts.append(name)
                node, line = value, line_of(key)
                break
    return ".".join(parts), line


def _children(node: Node) -> list[tuple[str, Node, Node]]:
    if isinstance(node, MappingNode):
        return [(key.value, key, value) for key, value in node.value if isinstance(key, ScalarNode)]
    if isinstance(node, SequenceNode):
        return [(str(index), child, child) for index, child in enumerate(node.value)]
    return []


def _too_deep(text: str) -> int | None:
    """Return the line on which a file is nested too deeply as it is written, None when it is not.

    To be asked before it is composed: that recurses in C for every level, and a file of ten thousand ends the
    process. Raise yaml.YAMLError as composing does.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH + 1:
                return event.start_mark.line + 1 if event.start_mark is not None else 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
    return None


def _too_much(root: Node) -> Node | None:
    """Return the first node beyond the limits, or None."""
    waiting = [(root, 0)]
    for count in range(MAX_NODES):
        if not waiting:
            return None
        node, depth = waiting.pop()
        if depth > MAX_DEPTH or count == MAX_NODES - 1:
            return node
        if isinstance(node, MappingNode):
            waiting += [(part, depth + 1) for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            waiting += [(part, depth + 1) for part in node.value]
    return root
