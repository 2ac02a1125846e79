"""The colours and letters of pictures of trees, on light and on dark ground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from softswitch.ivr.drawing.marks import HOTTEST
from softswitch.ivr.drawing.sizes import NAME, SMALL, TEXT
from softswitch.ivr.drawing.sketch import Deed, Lead

LIGHT: Final[Mapping[str, str]] = {
    "ground": "#ffffff",
    "ink": "#1b1f24",
    "faint": "#5c666f",
    "line": "#c5ccd3",
    "box": "#ffffff",
    "top": "#eef2f6",
    "arrow": "#7b8794",
    "entrance": "#1b1f24",
    "entrance-ink": "#ffffff",
    "outage": "#a12b12",
    "missing": "#c1272d",
    "covered": "#d8f0df",
    "partly": "#ffedc2",
    "uncovered": "#fbdcdc",
    "heat1": "#fff3e3",
    "heat2": "#ffe3c0",
    "heat3": "#ffcf97",
    "heat4": "#ffb668",
    "heat5": "#ff9a3d",
    Deed.SPEAKS: "#0b63c4",
    Deed.ASKS: "#7a3ab8",
    Deed.DECIDES: "#a15c00",
    Deed.PERSON: "#14793a",
    Deed.QUEUE: "#0a7280",
    Deed.VOICEMAIL: "#a8327e",
    Deed.OUTSIDE: "#4f5bd5",
    Deed.LEADS: "#7b8794",
    Deed.ENDS: "#c1272d",
}
DARK: Final[Mapping[str, str]] = {
    "ground": "#14171a",
    "ink": "#e8ecf0",
    "faint": "#9aa5af",
    "line": "#3a424a",
    "box": "#1b1f23",
    "top": "#2a3138",
    "arrow": "#8a96a2",
    "entrance": "#e8ecf0",
    "entrance-ink": "#14171a",
    "outage": "#ffb09c",
    "missing": "#ff7b7b",
    "covered": "#1d4029",
    "partly": "#4d3b12",
    "uncovered": "#552224",
    "heat1": "#2f2519",
    "heat2": "#46321a",
    "heat3": "#61421b",
    "heat4": "#80521a",
    "heat5": "#935910",
    Deed.SPEAKS: "#6cb2ff",
    Deed.ASKS: "#cfa2ff",
    Deed.DECIDES: "#f0b35a",
    Deed.PERSON: "#5fd08a",
    Deed.QUEUE: "#58c9d8",
    Deed.VOICEMAIL: "#f08cc6",
    Deed.OUTSIDE: "#a5aeff",
    Deed.LEADS: "#8a96a2",
    Deed.ENDS: "#ff7b7b",
}
"""Colours on either ground; those of words have a contrast to what is behind them of at least 4.5
(WCAG 2.2 §1.4.3), those of arrows and dots of at least 3 (§1.4.11)."""

OF_LEADS: Final[Mapping[Lead, str]] = {
    Lead.BRANCH: "faint",
    Lead.THROUGH: "faint",
    Lead.NEXT: "faint",
    Lead.UP: "faint",
    Lead.BACK: "faint",
    Lead.HANG_UP: Deed.ENDS,
    Lead.BUSY: Deed.ENDS,
    Lead.QUEUE: Deed.QUEUE,
    Lead.VOICEMAIL: Deed.VOICEMAIL,
    Lead.PERSON: Deed.PERSON,
    Lead.PROGRAM: Deed.OUTSIDE,
}

STATES: Final = ("covered", "partly", "uncovered", *(f"heat{level}" for level in range(1, HOTTEST + 1)))


def _colours(colours: Mapping[str, str]) -> str:
    """Return the rules of one ground. Colours stand in them as they are: not every viewer knows variables."""
    rules = [
        f".ground {{ fill: {colours['ground']}; }}",
        f".title, .name, .step, .total {{ fill: {colours['ink']}; }}",
        f".said, .way, .count, .remark {{ fill: {colours['faint']}; }}",
        f".frame {{ fill: {colours['box']}; stroke: {colours['line']}; }}",
        f".top {{ fill: {colours['top']}; }}",
        f".line {{ stroke: {colours['arrow']}; }}",
        f".head {{ fill: {colours['arrow']}; }}",
        f".entrance .frame {{ fill: {colours['entrance']}; stroke: none; }}",
        f".entrance .name {{ fill: {colours['entrance-ink']}; }}",
        f".outage .frame {{ fill: {colours['outage']}; }}",
        f".box:target .frame, .arrow:hover .line {{ stroke: {colours[Deed.SPEAKS]}; }}",
        *(f"circle.{deed.value} {{ fill: {colours[deed]}; }}" for deed in Deed),
        *(f".{lead.value} rect {{ stroke: {colours[of]}; }}" for lead, of in OF_LEADS.items()),
        *(f".{lead.value} text {{ fill: {colours[of]}; }}" for lead, of in OF_LEADS.items()),
        *(f".{state} .top {{ fill: {colours[state]}; }}" for state in STATES),
        f".missing .line {{ stroke: {colours['missing']}; }}",
        f".missing .head, .missing text {{ fill: {colours['missing']}; }}",
    ]
    return "\n".join(rules)


STYLE: Final = f"""
text {{ font: {TEXT:g}px Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif; }}
.title {{ font-size: 17px; font-weight: 700; }}
.name {{ font-size: {NAME:g}px; font-weight: 700; }}
.said, .way, .count, .total, .remark, .pill text {{ font-size: {SMALL:g}px; }}
.right {{ text-anchor: end; }}
.middle {{ text-anchor: middle; }}
.line {{ fill: none; }}
.pill rect {{ fill: none; }}
.missing .line, .lost .frame, .unused .line {{ stroke-dasharray: 5 4; }}
.lost {{ opacity: 0.55; }}
.box:target .frame {{ stroke-width: 3; }}
.arrow:hover .line {{ stroke-width: 3; }}
{_colours(LIGHT)}
@media (prefers-color-scheme: dark) {{
{_colours(DARK)}
}}
"""
