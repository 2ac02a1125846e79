"""What is wrong with tests and simulated calls of trees, told in Polish: a part of :mod:`faults_polish`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TESTS: Final[Mapping[str, str]] = {
    # Words on the command line.
    "'{a}' is not one of {b}": "'{a}' nie jest żadnym z: {b}",
    "'{a}' means nothing: write {b}": "'{a}' nic nie znaczy, trzeba napisać np. {b}",
    "'{a}' is no number of seconds for {b}": "'{a}' to nie liczba sekund dla {b}",
    "no phone has the key {a}: press 0-9, * and #": "żaden telefon nie ma klawisza {a}: są 0-9, * i #",
    "{a} does not lead to the tree {b}: its numbers are {c}": (
        "{a} nie prowadzi do menu {b}: jego numery to {c}"
    ),
    "the script has no action at {a} s": "po {a} s nie jest powiedziane, co się dzieje",
    # Files of tests, and scenes.
    "'{a}' is no way for a call to end": "'{a}' to nie jest sposób, w jaki kończy się rozmowa",
    "a file of tests is a mapping, such as {a}": "plik testów składa się z nazw i wartości, np. {a}",
    "a scene is a mapping, such as {a}": "scena składa się z nazw i wartości, np. {a}",
    "'{a}' names no step: write the branch and the number of the step, such as menu 2": (
        "'{a}' nie wskazuje kroku: trzeba podać gałąź i numer kroku, np. menu 2"
    ),
    "the branch {a} has no step {b}": "gałąź {a} nie ma kroku {b}",
    "given and expect do not go together: {a}": "given i expect nie pasują do siebie: {a}",
    "'{a}' is no way out of it": "'{a}' nie jest jego wyjściem",
    "'{a}' is no way out of {b}": "'{a}' nie jest wyjściem {b}",
    "'{a}' is nothing that can be done: {b}": "'{a}' to nic, co można zrobić: {b}",
    "{a} stands alone, and not with '{b}'": "{a} stoi samo, bez '{b}'",
    "{a}: say what, such as {b}": "{a}: trzeba podać co, np. {b}",
    "a word or two are wanted here, and no list": "tu potrzebne jest słowo albo dwa, a nie lista",
    "one thing at a time is wanted here, such as {a}": "tu potrzebna jest jedna rzecz naraz, np. {a}",
    "say how it is when the call begins, at 0: {a}": "trzeba podać, jak jest na początku rozmowy, w 0: {a}",
    "the seconds at which it changes must grow: {a}": "sekundy, w których się to zmienia, muszą rosnąć: {a}",
    "'{a}' is no time zone such as Europe/Warsaw": "'{a}' to nie strefa czasowa, taka jak Europe/Warsaw",
    "there is no such file or folder": "nie ma takiego pliku ani folderu",
}
