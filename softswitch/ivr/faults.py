"""Parameters that do not fit, told in words an author of trees understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from yaml.nodes import Node

from softswitch.ivr.expressions import nearest
from softswitch.ivr.source import line_of, locate

_SENTENCES = {
    "int_parsing": "{value} is not a whole number",
    "int_from_float": "{value} is not a whole number",
    "float_parsing": "{value} is not a number",
    "finite_number": "{value} is not a number",
    "bool_parsing": "{value} is neither yes nor no",
    "literal_error": "{value} is not one of {expected}",
    "greater_than": "{value} must be more than {gt:g}",
    "greater_than_equal": "{value} must be at least {ge:g}",
    "less_than_equal": "{value} must be at most {le:g}",
    "int_type": "a whole number is wanted here",
    "float_type": "a number is wanted here",
    "bool_type": "yes or no is wanted here",
    "string_type": "a text is wanted here",
    "path_type": "the name of a file is wanted here",
    "tuple_type": "a list is wanted here",
    "string_too_short": "the text is empty",
}


_SEVERAL = frozenset({"dict_type", "model_type", "model_attributes_type"})
"""A single value stands where several belong."""


def told(error: ValidationError, model: type[BaseModel], node: Node) -> Iterator[tuple[int, str]]:
    """Yield (line, reason) for every fault in parameters written at ``node``, in the file's order."""
    found = []
    for fault in error.errors():
        location = fault["loc"]
        if fault["type"] in ("missing", "extra_forbidden"):
            name = str(location[-1])
            path, line = locate(node, location[:-1] if fault["type"] == "missing" else location)
            found.append((line, _about_name(fault["type"], name, path, model)))
            continue
        path, line = locate(node, location)
        if fault["type"] in _SEVERAL:
            reason = _several(model, location)
        else:
            reason = _reason(fault["type"], fault["msg"], fault.get("input"), fault.get("ctx", {}))
        found.append((line, f"{path}: {reason}" if path else reason))
    yield from sorted(found) or [(line_of(node), str(error))]


def _about_name(kind: str, name: str, path: str, model: type[BaseModel]) -> str:
    if kind == "missing":
        return f"{path}: the parameter '{name}' is missing" if path else f"the parameter '{name}' is missing"
    above = path.rpartition(".")[0]
    start = f"{above}: " if above else ""
    return f"{start}unknown parameter '{name}'{nearest(name, sorted(_parameters(model)))}"


def _reason(kind: str, message: str, value: object, context: Mapping[str, Any]) -> str:
    sentence = _SENTENCES.get(kind)
    if sentence is None:
        return message.removeprefix("Value error, ")
    return sentence.format(value=f"'{value}'", **context)


def _several(model: type[BaseModel], location: Sequence[str | int]) -> str:
    """Return what is wanted where parameters belong: an example if there is one, else their names."""
    info: FieldInfo | None = None
    inner: type[BaseModel] | None = model
    for part in location:
        if inner is not None and part in inner.model_fields:
            info = inner.model_fields[str(part)]
            inner = next(_models_in(info.annotation), None)
    example = str(info.examples[0]) if info is not None and info.examples else getattr(inner, "example", "")
    if example:
        return f"parameters are wanted here, such as {example}"
    if inner is not None:
        own = [name for name in inner.model_fields if name in inner.__annotations__]
        return f"settings are wanted here: {', '.join(dict.fromkeys([*own, *inner.model_fields]))}"
    return "names and values are wanted here"


def _parameters(model: type[BaseModel]) -> set[str]:
    """Return the names of the parameters of a model and of the models inside it."""
    names = set(model.model_fields)
    for info in model.model_fields.values():
        for inner in _models_in(info.annotation):
            names |= _parameters(inner)
    return names


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
