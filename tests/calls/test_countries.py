"""Every region that has telephone numbers has a name in both languages."""

from __future__ import annotations

import subprocess
import sys

import phonenumbers

from softswitch.calls.countries import COUNTRIES


def test_every_region_with_numbers_is_named() -> None:
    assert set(COUNTRIES) == set(phonenumbers.SUPPORTED_REGIONS)
    assert all(name.strip() == name != "" for names in COUNTRIES.values() for name in names)


def test_no_two_have_one_name() -> None:
    for names in zip(*COUNTRIES.values(), strict=True):
        assert len(set(names)) == len(COUNTRIES)


def test_names_are_those_people_use() -> None:
    assert COUNTRIES["PL"] == ("Poland", "Polska")
    assert COUNTRIES["CZ"] == ("Czech Republic", "Czechy")
    assert COUNTRIES["XK"] == ("Kosovo", "Kosowo")


def test_the_names_of_all_exchanges_are_not_loaded_for_them() -> None:
    program = "import sys, softswitch.calls.because; print('phonenumbers.geodata' in sys.modules)"
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
