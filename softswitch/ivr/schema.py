"""The JSON Schema of tree files (draft 2020-12), made of the definitions that read them, for editors.

An editor that knows it completes names, shows what a parameter is and underlines what cannot be. It knows
less than ``softswitch check``: not which branches there are, nor what the configuration names.
"""

from __future__ import annotations

from typing import Any, Final

from softswitch.ivr.actions.queueing import Skill
from softswitch.ivr.loader import BRANCHES, PARENT, STEPS, TreeHeader
from softswitch.ivr.model import Action
from softswitch.ivr.prompts import CountedPrompt, Spoken
from softswitch.ivr.registry import ACTIONS

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

SCALARS: Final = ("string", "number", "boolean")
"""What YAML makes of a text that nobody has put into quotation marks."""

YES_OR_NO: Final = (True, False, "yes", "no", "on", "off")

SHORT_FORMS: Final = tuple(f"#/$defs/{model.__name__}" for model in (Spoken, CountedPrompt, Skill))
"""Parts of parameters that may be written as a single text or number, or as a text per language."""

Schema = dict[str, Any]


def tree_schema() -> Schema:
    """Return the schema of a whole tree file."""
    definitions: Schema = {}
    head = _taken_apart(TreeHeader.model_json_schema(ref_template="#/$defs/{model}"), definitions)
    steps = {"type": "array", "minItems": 1, "items": {"anyOf": _steps(definitions)}}
    branch = {
        "anyOf": [
            steps,
            {
                "type": "object",
                "properties": {PARENT: {"type": "string"}, STEPS: steps},
                "required": [STEPS],
                "additionalProperties": False,
            },
        ]
    }
    return {
        "$schema": DRAFT,
        "title": "A voice menu",
        "type": "object",
        "properties": {
            **head["properties"],
            BRANCHES: {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"$ref": "#/$defs/branch"},
            },
        },
        "required": [*head["required"], BRANCHES],
        "additionalProperties": False,
        "$defs": {**definitions, "branch": branch},
    }


def _steps(definitions: Schema) -> list[Schema]:
    """Return the forms of a step: an action with its parameters, or its name alone where it needs none."""
    forms: list[Schema] = []
    alone = []
    for name, action in ACTIONS.items():
        whole = _taken_apart(action.model_json_schema(ref_template="#/$defs/{model}"), definitions)
        definitions[f"action {name}"] = _parameters(action, whole)
        forms.append(
            {
                "type": "object",
                "properties": {name: {"$ref": f"#/$defs/action {name}"}},
                "required": [name],
                "additionalProperties": False,
                "description": whole.get("description", ""),
            }
        )
        if not whole.get("required"):
            alone.append(name)
    return [*forms, {"enum": alone}]


def _parameters(action: type[Action], whole: Schema) -> Schema:
    short = whole["properties"].get(action.bare_parameter) if action.bare_parameter is not None else None
    forms = [whole, {"type": "null"}] if not whole.get("required") else [whole]
    if short is not None and set(whole.get("required", ())) <= {action.bare_parameter}:
        forms.append(short)
    return {"anyOf": forms} if len(forms) > 1 else whole


def _taken_apart(schema: Schema, definitions: Schema) -> Schema:
    """Return a model's schema without the definitions of its parts, which go among all ``definitions``."""
    for name, part in schema.pop("$defs", {}).items():
        definitions[name] = _lenient(part)
    found: Schema = _lenient(schema)
    found.setdefault("required", [])
    return found


def _lenient(value: Any) -> Any:  # noqa: ANN401 - whatever a schema holds
    """Return a schema that takes all the short forms which are taken where trees are read."""
    if isinstance(value, list):
        return [_lenient(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: _lenient(one) for key, one in value.items()}
    match found.get("type"):
        case "string" if not {"enum", "const", "pattern"} & found.keys():
            return {**{key: one for key, one in found.items() if key != "format"}, "type": list(SCALARS)}
        case "string" if "enum" in found:
            return {key: one for key, one in found.items() if key != "type"}
        case "boolean":
            return {**{key: one for key, one in found.items() if key != "type"}, "enum": list(YES_OR_NO)}
        case "number" | "integer":
            return {**found, "type": [found["type"], "string"]}
        case "array" if "items" in found:
            return _or(found, found["items"])
        case "array":
            return _or(found, {"type": list(SCALARS)})
        case "object" if _holds_texts(found):
            return _or(found, {"type": list(SCALARS)})
    if found.get("$ref") in SHORT_FORMS:
        return _or(
            found,
            {"type": list(SCALARS)},
            {"type": "object", "additionalProperties": {"type": list(SCALARS)}},
        )
    return found


def _holds_texts(schema: Schema) -> bool:
    """Tell whether it is a mapping of texts, such as one per language."""
    texts = schema.get("additionalProperties")
    return isinstance(texts, dict) and texts.get("type") == list(SCALARS) and "properties" not in schema


def _or(schema: Schema, *others: Schema) -> Schema:
    return {"anyOf": [schema, *others]}
