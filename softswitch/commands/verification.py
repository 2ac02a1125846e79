"""``softswitch verify``: whether dropped recordings are as they were put there."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from softswitch.commands.shown import as_json, sentence
from softswitch.commands.view import View
from softswitch.errors import harmless
from softswitch.integrations.verification import Verified


def show_verified(found: Verified, *, view: View) -> RenderableType:
    """Return what was found; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json(found)
    lines: list[RenderableType] = [Text(harmless(one), style="red") for one in found.faults]
    lines += [Text(harmless(one)) for one in found.notes]
    compared = f"{found.files}, {found.lines}"
    if found.faults:
        lines.append(
            sentence(
                view,
                f"Faults: {len(found.faults)}. Files and lines compared: {compared}.",
                f"Usterki: {len(found.faults)}. Porównane pliki i wiersze: {compared}.",
            )
        )
    elif found.signed:
        lines.append(
            sentence(
                view,
                f"All is as it was put there, and signed. Files and lines compared: {compared}.",
                f"Wszystko jest jak w chwili złożenia i podpisane. Porównane pliki i wiersze: {compared}.",
            )
        )
    else:
        lines.append(
            sentence(
                view,
                f"All is as it was put there. Files and lines compared: {compared}.",
                f"Wszystko jest jak w chwili złożenia. Porównane pliki i wiersze: {compared}.",
            )
        )
    return Group(*lines)
