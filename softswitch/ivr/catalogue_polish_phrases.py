"""What is said of parameters of many steps, in Polish. See :mod:`softswitch.ivr.catalogue_polish`."""

from __future__ import annotations

from typing import Final

QUESTION: Final = "Co dzieje się z klawiszami naciśniętymi przed pytaniem."
BARGE_IN: Final = "Czy klawisz przerywa pytanie."
QUEUE: Final = "Nazwa kolejki; może zawierać zmienne."
NO_SUCH: Final = "Gałąź, gdy zmienna podaje coś, czego nie ma; bez niej następny krok."
IF_SO: Final = "Gałąź, jeśli tak; bez niej następny krok."
IF_NOT: Final = "Gałąź, jeśli nie; bez niej następny krok."
ASKED_AGAIN: Final = "Ile razy pytanie jest powtarzane."
