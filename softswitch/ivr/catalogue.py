"""Every action of the trees, told from its own definition: for a terminal, and as the page docs/actions.md.

What an action is, its parameters and its exits stand in its class; nothing is said here a second time but
the Polish words (:mod:`softswitch.ivr.catalogue_polish`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import fill
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from softswitch.ivr.catalogue_polish import DEEDS, FIELDS
from softswitch.ivr.errors import UnknownAction
from softswitch.ivr.expressions import nearest
from softswitch.ivr.loader import TreeHeader
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import (
    LEFT_UNSAID,
    Back,
    EndReason,
    GoTo,
    HandedOver,
    HangUp,
    Into,
    Next,
    Outcome,
    Up,
)
from softswitch.ivr.references import Kind
from softswitch.ivr.registry import ACTIONS
from softswitch.ivr.source import Source
from softswitch.ivr.variables import KNOWN_VARIABLES
from softswitch.languages import ENGLISH, POLISH
from softswitch.words import exit_word

WIDTH: Final = 79
"""Letters of a line in a terminal."""

PAGE_WIDTH: Final = 110
"""Letters of a line of the page, as of every file here."""

_PLAIN: Final = {
    str: Kind("text", "tekst"),
    int: Kind("whole number", "liczba całkowita"),
    float: Kind("number", "liczba"),
    bool: Kind("yes or no", "tak lub nie"),
}
_PARAMETERS: Final = Kind("parameters", "parametry")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; ``name`` is its dotted path, ``default`` is "" where it must be given."""

    name: str
    kind: str
    default: str
    text: str


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out of the example: its name, in words, and where it leads."""

    name: str
    words: str
    leads: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything about one action; ``short`` is its short form, "" where it has none."""

    name: str
    summary: str
    more: str
    example: str
    short: str
    parameters: tuple[Parameter, ...]
    exits: tuple[Exit, ...]


def describe(name: str | None = None, language: str = ENGLISH) -> str:
    """Return what an action does, its parameters and exits, for a terminal; without a name, all in short.

    Raises :class:`UnknownAction`.
    """
    if name is None:
        width = max(map(len, ACTIONS))
        return "\n".join(
            fill(f"{page.name:{width}}  {page.summary}", WIDTH, subsequent_indent=" " * (width + 2))
            for page in pages(language)
        )
    if name not in ACTIONS:
        raise UnknownAction(f"there is no action '{name}'{nearest(name, list(ACTIONS))}")
    return _for_terminal(_page(name, language), language)


def pages(language: str = ENGLISH) -> Iterator[Page]:
    """Yield every action, in the order of the registry."""
    for name in ACTIONS:
        yield _page(name, language)


def markdown() -> str:
    """Return the page docs/actions.md."""
    head = "".join(_row(parameter) for parameter in _parameters(TreeHeader, ENGLISH))
    variables = fill(", ".join(f"`{name}`" for name in KNOWN_VARIABLES), PAGE_WIDTH)
    start = _MARKDOWN_HEAD.format(head=head, variables=variables)
    return "\n".join((start, *map(_as_markdown, pages()))).rstrip() + "\n"


def _page(name: str, language: str) -> Page:
    action = ACTIONS[name]
    summary, _, more = _plain(action.__doc__ or "").partition("\n\n")
    if language == POLISH:
        summary, more = DEEDS[name]
    return Page(
        name,
        summary,
        more,
        action.example,
        _short(name, action),
        tuple(_parameters(action, language)),
        tuple(_exits(action, language)),
    )


def _short(name: str, action: type[Action]) -> str:
    if action.bare_parameter is not None:
        return f"- {name}: {action.bare_parameter.upper()}"
    return "" if action.model_fields else f"- {name}"


def _plain(text: str) -> str:
    """Return a docstring as paragraphs without line breaks of its own and without marks."""
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n\n".join(part for part in paragraphs if part).replace("``", "`")


# Parameters


def _parameters(model: type[BaseModel], language: str, above: str = "") -> Iterator[Parameter]:
    for name, info in model.model_fields.items():
        kind, inner = _kind(info)
        yield Parameter(
            f"{above}{name}",
            _said(kind, language),
            _default(info, language),
            _text(model, name, info, language),
        )
        if inner is not None:
            yield from _parameters(inner, language, f"{above}{name}.")


def _text(model: type[BaseModel], name: str, info: FieldInfo, language: str) -> str:
    if language != POLISH:
        return info.description or ""
    return FIELDS[model.__name__][name]


def _kind(info: FieldInfo) -> tuple[Kind, type[BaseModel] | None]:
    """Return what a parameter is, and the model whose parameters it has where it has some."""
    return _named(info.metadata) or _kind_of(info.annotation)


def _kind_of(annotation: Any) -> tuple[Kind, type[BaseModel] | None]:  # noqa: ANN401 - any type there is
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _named(parts) or _kind_of(parts[0])
    if get_origin(annotation) is Literal:
        return Kind(" or ".join(parts), " lub ".join(parts)), None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        kind = getattr(annotation, "kind", None)
        return (_PARAMETERS, annotation) if kind is None else (kind, None)
    if annotation in _PLAIN:
        return _PLAIN[annotation], None
    return _kind_of(next(part for part in parts if part is not type(None)))


def _named(marks: Iterable[object]) -> tuple[Kind, None] | None:
    """Return the last name a type was given: the outermost, which says most."""
    names = [mark for mark in marks if isinstance(mark, Kind)]
    return (names[-1], None) if names else None


def _said(kind: Kind, language: str) -> str:
    return kind.polish if language == POLISH else kind.english


def _default(info: FieldInfo, language: str) -> str:
    """Return the value of a parameter that is not given, "" when it must be."""
    polish = language == POLISH
    if info.is_required():
        return ""
    value = info.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "jak niżej" if polish else "as below"
    if value is None or value in ((), "", {}):
        return "brak" if polish else "none"
    if isinstance(value, bool):
        return ("tak" if polish else "yes") if value else ("nie" if polish else "no")
    if isinstance(value, dict):
        return ", ".join(map(str, value.values()))
    return f"{value:g}" if isinstance(value, float) else str(value)


# Exits


def _exits(action: type[Action], language: str) -> Iterator[Exit]:
    for name, outcome in _example_of(action).exits().items():
        yield Exit(name, exit_word(name, language), _leads(outcome, language))


def _example_of(action: type[Action]) -> Action:
    source = Source(action.example)
    node = source.parse(action.example)
    assert node is not None, source.problems
    written = source.plain(node, "")
    assert isinstance(written, list)
    (step,) = written
    value = next(iter(step.values())) if isinstance(step, dict) else None
    return action.model_validate(action.expand(value))


def _leads(outcome: Outcome, language: str) -> str:
    polish = language == POLISH
    match outcome:
        case Next():
            return "następny krok" if polish else "the next step"
        case GoTo(branch):
            return f"gałąź {branch}" if polish else f"branch {branch}"
        case Into(branch):
            return f"gałąź {branch} i z powrotem" if polish else f"branch {branch}, and back"
        case Back():
            return "za krok, który tu przyprowadził" if polish else "behind the step that led here"
        case Up():
            return "gałąź nadrzędna" if polish else "the parent branch"
        case HangUp(reason) if reason in LEFT_UNSAID:
            return "sygnał zajętości i koniec połączenia" if polish else "a busy tone, and the call ends"
        case HangUp():
            return "koniec połączenia" if polish else "the call ends"
        case HandedOver(_, EndReason.HANDED_OVER):
            return "tam, dokąd tamto prowadzi" if polish else "wherever that leads"
        case HandedOver():
            return "jak mówi sama kolejka" if polish else "as the queue itself says"


# For a terminal


def _for_terminal(page: Page, language: str) -> str:
    polish = language == POLISH
    lines = [fill(f"{page.name}: {page.summary}", WIDTH), ""]
    if page.more:
        lines += [_wrapped(page.more, "  "), ""]
    lines.append(f"  {page.example}")
    if page.short and page.short != page.example:
        lines.append(f"  {page.short}  ({'w skrócie' if polish else 'in short'})")
    lines.append("")
    if page.parameters:
        lines.append("Parametry" if polish else "Parameters")
        for parameter in page.parameters:
            must = "wymagany" if polish else "required"
            default = (
                f"{'domyślnie' if polish else 'else'} {parameter.default}" if parameter.default else must
            )
            named = f"  {parameter.name}  ({parameter.kind}; {default})"
            lines.append(fill(named, WIDTH, subsequent_indent="    "))
            lines.append(_wrapped(parameter.text, "      "))
        lines.append("")
    lines.append("Wyjścia, jak w przykładzie" if polish else "Exits, of the example")
    width = max(len(way.name) for way in page.exits)
    for way in page.exits:
        exit_line = f"  {way.name:{width}}  {way.words} -> {way.leads}"
        lines.append(fill(exit_line, WIDTH, subsequent_indent=" " * (width + 6)))
    return "\n".join(lines)


def _wrapped(text: str, indent: str) -> str:
    return fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


# As a page


_MARKDOWN_HEAD: Final = """\
# The steps of a voice menu

<!-- written by tools/write_actions.py from softswitch/ivr/actions -->

A tree is a YAML file: a head, and branches of steps. `softswitch check` names everything that is wrong with
it, `softswitch simulate FILE` walks through it, `softswitch actions NAME` shows what stands here.

| in the head | is | unless given | |
|---|---|---|---|
{head}
A branch is a list of steps, or `{{parent: BRANCH, steps: [...]}}`. A step is one action; its short form fills
its first parameter. A branch that comes to its end without a way on ends the call.

In texts `{{{{NAME}}}}` stands for a value; `VARIABLE.X` is one that a step has set, the others are
{variables}.
Filters: `|spell` reads letter by letter, `|default:"text"` is said where there is no value, `|yes:"text"` and
`|no:"text"` for what is either. Said as people say it: `|amount` a sum ("twelve zlotys and fifty groszy"),
`|date` and `|on_date` a day ("trzeci maja", "trzeciego maja"), `|time` and `|at_time` a time of the clock
("osiemnasta trzydzieści", "o osiemnastej trzydzieści"), `|number`, `|digits` one by one, `|phone`. In
messages and on the phones of the line's people the same are written for the eye: "12,50 zł", "3 maja 2026",
"18:30".

A prompt is a text, one text per language (`{{pl: "...", en: "..."}}`), a text with a voice of its own
(`{{text: "...", language: en, voice: NAME}}`), or a recording (`{{play: hello.wav}}`). A growing list has
prompts with a `count` each, the largest one reached is said: `{{count: 2, text: {{pl: "...", en: "..."}}}}`.
"""


def _as_markdown(page: Page) -> str:
    lines = [f"## {page.name}", "", page.summary, ""]
    if page.more:
        lines += [fill(page.more, PAGE_WIDTH, break_long_words=False), ""]
    short = [f"{page.short}  # in short"] if page.short and page.short != page.example else []
    lines += ["```yaml", page.example, *short, "```", ""]
    if page.parameters:
        lines += ["| parameter | is | unless given | |", "|---|---|---|---|"]
        lines += [_row(parameter).rstrip("\n") for parameter in page.parameters]
        lines.append("")
    lines += ["| exit | | in the example it leads to |", "|---|---|---|"]
    lines += [f"| `{way.name}` | {_cell(way.words)} | {_cell(way.leads)} |" for way in page.exits]
    return "\n".join([*lines, ""])


def _row(parameter: Parameter) -> str:
    default = "**required**" if not parameter.default else _cell(parameter.default)
    return f"| `{parameter.name}` | {_cell(parameter.kind)} | {default} | {_cell(parameter.text)} |\n"


def _cell(text: str) -> str:
    """Return a text for a cell of a table."""
    return text.replace("|", "\\|")
