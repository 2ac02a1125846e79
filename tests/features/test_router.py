"""Which number leads to which feature, and for whom."""

from __future__ import annotations

from softswitch.features.codes import SetDoNotDisturb, SetForward
from softswitch.features.dialler import ConsiderateDialler
from softswitch.features.groups import GroupDestination
from softswitch.features.meet import Meet
from softswitch.features.parking import ParkingDestination
from softswitch.features.person import PersonDestination
from softswitch.features.pickup import PickUp
from softswitch.features.rooms import Room
from softswitch.features.settings import Settings, When
from softswitch.registrar.accounts import Account
from softswitch.words import WORDS
from tests.fakes.virtual_time import in_virtual_time
from tests.features.office import office

ANNA, OPERATOR = Account("1001"), Account("")
PARTS = {
    "groups": {"200": {"name": "sales", "members": ["1002", "1003"]}},
    "rooms": {"8000": {"name": "board"}},
    "parking": {"number": "700", "slots": "701-702"},
}
TEAM = {user: {"pickup_group": "team"} for user in ("1001", "1003")}


@in_virtual_time
async def test_every_number_leads_to_its_feature():
    async with office(TEAM, **PARTS) as here:
        route = here.features.route
        kinds = {
            number: (type(leads), leads.kind, leads.name)
            for number in ("1002", "200", "8000", "700", "702", "*721002", "*73", "*78", "*8", "**200", "*3")
            if (leads := route(number, ANNA)) is not None
        }
        assert kinds == {
            "1002": (PersonDestination, "account", "1002"),
            "200": (GroupDestination, "group", "sales"),
            "8000": (Room, "room", "board"),
            "700": (ParkingDestination, "parking", "700"),
            "702": (ParkingDestination, "parking", "702"),
            "*721002": (SetForward, "code", "*72"),
            "*73": (SetForward, "code", "*73"),
            "*78": (SetDoNotDisturb, "code", "*78"),
            "*8": (PickUp, "code", "*8"),
            "**200": (PickUp, "code", "**"),
            "*3": (Meet, "code", "*3"),
        }
        assert {kind for _, kind, _ in kinds.values()} <= WORDS.keys()
        assert all(route(number, ANNA) is None for number in ("4711", "703", "*7", "", "*60"))


@in_virtual_time
async def test_what_a_code_means_is_whose_it_is():
    async with office(TEAM, **PARTS) as here:
        forward = here.features.route("*901002", ANNA)
        assert isinstance(forward, SetForward)
        assert (forward.user, forward.when, forward.number) == ("1001", When.BUSY, "1002")
        off = here.features.route("*91", ANNA)
        assert isinstance(off, SetForward)
        assert (off.when, off.number) == (When.BUSY, None)
        at = [here.features.route(code, ANNA) for code in ("*8", "**", "**1002", "**200")]
        assert [one.at for one in at if isinstance(one, PickUp)] == [
            ("1001", "1003"),
            ("1001", "1003"),
            ("1002",),
            ("1002", "1003"),
        ]
        alone = here.features.route("*8", Account("1002"))
        assert isinstance(alone, PickUp)
        assert alone.at == ("1002",)


@in_virtual_time
async def test_who_is_no_account_has_neither_codes_nor_parking():
    async with office(**PARTS) as here:
        for account in (OPERATOR, Account("trunk-a")):
            assert here.features.route("*78", account) is None
            assert here.features.route("200", account) is not None
        assert here.features.route("700", OPERATOR) is None


@in_virtual_time
async def test_without_parking_there_is_none_and_kept_settings_hold():
    async with office(restored={"1002": {"always": "1003"}}) as here:
        assert here.features.lot is None
        assert here.features.route("700", ANNA) is None
        assert here.features.settings.of("1002") == Settings(always="1003")
        assert isinstance(here.features.dialler, ConsiderateDialler)
