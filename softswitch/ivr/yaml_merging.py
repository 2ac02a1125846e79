"""Merge keys of YAML 1.1: ``1002: {<<: *usual, password: ...}`` takes over what another mapping says.

What a mapping says itself goes before what it takes over, and of several mappings the one named first
(https://yaml.org/type/merge.html). A quoted ``"<<"`` is an ordinary key.
"""

from __future__ import annotations

from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_MERGE = "tag:yaml.org,2002:merge"

Pair = tuple[Node, Node]


def merge(root: Node) -> Node | None:
    """Put in place of every merge key what it stands for; return the first one that stands for nothing.

    The nodes are changed. No node may hold itself.
    """
    return _Merging().through(root)


class _Merging:
    def __init__(self) -> None:
        self._done: set[int] = set()
        """Nodes, by identity: what many aliases lead to is looked at once."""

    def through(self, node: Node) -> Node | None:
        """Merge in a node and all within it; return the first fault."""
        if id(node) in self._done:
            return None
        self._done.add(id(node))
        children: list[Node] = []
        if isinstance(node, MappingNode):
            children = [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            children = list(node.value)
        for child in children:
            fault = self.through(child)
            if fault is not None:
                return fault
        return _merged(node) if isinstance(node, MappingNode) else None


def _merged(node: MappingNode) -> Node | None:
    """Merge in one mapping whose parts are done; return the key that stands for nothing, if one does."""
    own = [pair for pair in node.value if not _is_merge(pair[0])]
    known = {key.value for key, _ in own if isinstance(key, ScalarNode)}
    taken: list[Pair] = []
    pairs: list[Pair] = node.value
    for key, value in pairs:
        if not _is_merge(key):
            continue
        named: list[Node] = value.value if isinstance(value, SequenceNode) else [value]
        bases = [base for base in named if isinstance(base, MappingNode)]
        if len(bases) < len(named):
            return key
        for pair in _pairs(bases):
            if isinstance(pair[0], ScalarNode) and pair[0].value not in known:
                known.add(pair[0].value)
                taken.append(pair)
    node.value = [*own, *taken]
    return None


def _pairs(bases: list[MappingNode]) -> Iterator[Pair]:
    for base in bases:
        yield from base.value


def _is_merge(key: Node) -> bool:
    return isinstance(key, ScalarNode) and key.tag == _MERGE
