"""Parameters that do not fit, told in words an author of trees understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args, get_origin

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
    "enum": "{value} is not one of {expected}",
    "greater_than": "{value} must be more than {gt:g}",
    "greater_than_equal": "{value} must be at least {ge:g}",
    "less_than_equal": "{value} must be at most {le:g}",
    "int_type": "a whole number is wanted here",
    "float_type": "a number is wanted here",
    "bool_type": "yes or no is wanted here",
    "string_type": "a text is wanted here",
    "path_type": "the name of a file is wanted here",
    "string_too_short": "the text is empty",
    "string_too_long": "{value} is too long: {max_length} letters at most",
    "string_pattern_mismatch": "{value} has letters that cannot stand here",
    "too_short": "the list is empty",
    "too_long": "the list is too long: {max_length} at most",
}

_LISTS = frozenset({"tuple_type", "list_type"})
_SEVERAL = frozenset({"dict_type", "model_type", "model_attributes_type"})
"""A single value stands where several belong."""

_WORDS_OF_OTHERS: Final = {
    "secret": "password",
    "defaultuser": "username",
    "fromuser": "from_user",
    "fromdomain": "domain",
    "permit": "addresses",
    "qualifyfreq": "qualify",
    "callgroup": "pickup_group",
    "pickupgroup": "pickup_group",
}
"""What other switches call a setting of ours, where its letters would not tell."""

_NOTHING_HERE: Final = frozenset(
    {
        "type",
        "context",
        "qualifyfreq",
        "nat",
        "insecure",
        "dtmfmode",
        "directmedia",
        "canreinvite",
        "disallow",
    }
)
"""Settings people bring along from other switches, to which nothing here corresponds."""


def told(error: ValidationError, model: type[BaseModel], node: Node) -> Iterator[tuple[int, str]]:
    """Yield (line, reason) for every fault in parameters written at ``node``, in the file's order."""
    found = []
    for fault in error.errors():
        location = fault["loc"]
        if fault["type"] in ("missing", "extra_forbidden"):
            name = str(location[-1])
            path, line = locate(node, location[:-1] if fault["type"] == "missing" else location)
            part = next(_models_in(_meant_at(model, location[:-1])), model)
            found.append((line, _about_name(fault["type"], name, path, part)))
            continue
        path, line = locate(node, location)
        if fault["type"] in _SEVERAL:
            reason = _several(model, location)
        elif fault["type"] in _LISTS:
            reason = _list(fault.get("input"))
        else:
            reason = _reason(fault["type"], fault["msg"], fault.get("input"), fault.get("ctx", {}))
        found.append((line, f"{path}: {reason}" if path else reason))
    yield from sorted(found) or [(line_of(node), str(error))]


def _about_name(kind: str, name: str, path: str, part: type[BaseModel]) -> str:
    if kind == "missing":
        return f"{path}: the parameter '{name}' is missing" if path else f"the parameter '{name}' is missing"
    above = path.rpartition(".")[0]
    start = f"{above}: " if above else ""
    return f"{start}unknown parameter '{name}'{_guess(name, part)}"


def _guess(name: str, part: type[BaseModel]) -> str:
    """Return what an unknown name may stand for: a setting of the same part, or of one right inside it."""
    own = _names(part)
    if _WORDS_OF_OTHERS.get(name) in own:
        return f"; did you mean '{_WORDS_OF_OTHERS[name]}'?"
    if name in _NOTHING_HERE:
        return ": there is no such thing here, leave it out"
    if near := nearest(name, sorted(own)):
        return near
    inside = [
        other
        for other, info in own.items()
        if not _is_collection(info.annotation)
        and any(name in _names(inner) for inner in _models_in(info.annotation))
    ]
    return f"; it belongs under '{inside[0]}'" if len(inside) == 1 else ""


def _reason(kind: str, message: str, value: object, context: Mapping[str, Any]) -> str:
    sentence = _SENTENCES.get(kind)
    if sentence is None:
        return message.removeprefix("Value error, ")
    return sentence.format(value=f"'{value}'", **context)


def _list(value: object) -> str:
    """Return what is wanted where a list belongs; a single value is shown as the list it would be."""
    return f"a list is wanted here, such as [{value}]" if isinstance(value, str) else "a list is wanted here"


def _several(model: type[BaseModel], location: Sequence[str | int]) -> str:
    """Return what is wanted where parameters belong: an example if there is one, else their names."""
    info = _field_at(model, location)
    annotation = _meant_at(model, location)
    inner = None if _is_collection(annotation) else next(_models_in(annotation), None)
    example = str(info.examples[0]) if info is not None and info.examples else getattr(inner, "example", "")
    if example:
        return f"parameters are wanted here, such as {example}"
    if inner is not None:
        # Its own first, then those of the models it is made of.
        own = _own(inner)
        names = sorted(_names(inner).items(), key=lambda one: one[0] not in own)
        return f"settings are wanted here: {', '.join(name for name, _ in names)}"
    return "names and values are wanted here"


def _own(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items() if name in model.__annotations__}


def _names(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the parameters of a model by the names their authors write."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _field_at(model: type[BaseModel], location: Sequence[str | int]) -> FieldInfo | None:
    """Return the innermost field on the way to ``location``."""
    info: FieldInfo | None = None
    for end in range(len(location)):
        for inner in _models_in(_meant_at(model, location[:end])):
            info = _names(inner).get(str(location[end]), info)
    return info


def _meant_at(annotation: object, location: Sequence[str | int]) -> object:
    """Return the type of what stands at ``location``; parts that nobody wrote, such as tags, lead nowhere."""
    for part in location:
        annotation = next(_within(annotation, str(part)), annotation)
    return annotation


def _within(annotation: object, part: str) -> Iterator[object]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        info = _names(annotation).get(part)
        if info is not None:
            yield info.annotation
    elif _is_collection(annotation):
        yield get_args(annotation)[1 if get_origin(annotation) is dict else 0]
    else:
        for inner in get_args(annotation):
            yield from _within(inner, part)


def _is_collection(annotation: object) -> bool:
    return get_origin(annotation) in (dict, tuple, list)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
