"""M04: the language that a caller chooses is kept to the end: menus, queues, the survey, boxes, callbacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.simulated.script import press
from softswitch.tree_queues import TreeQueues
from softswitch.tree_world.rooms import TreeRooms
from tests.applications.programs import Voice
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.written import call, tree_of
from tests.queues.hall import hall, pick_up
from tests.voicemail.office import office, without_threads

CHOICE = """
a: [menu: {prompt: {pl: "Po polsku: jeden.", en: "English: two."}, keys: {1: pl, 2: en}}]
pl: [{language: pl}, {goto: b}]
en: [{language: en}, {goto: b}]
"""
POLISH_TREE = "tree: t\nlanguage: pl\nnumbers: [100]\nstart: a\nbranches:\n"
SURVEY = '{rate: {prompt: {pl: "Oceń.", en: "Rate us."}, thanks: {pl: "Dziękujemy.", en: "Thank you."}}}'
QUEUE = CHOICE + f"b: [{{queue: {{name: sales, after: c}}}}]\nc: [{SURVEY}, hangup]\n"
GOODBYE = '{say: {pl: "Do widzenia.", en: "Goodbye."}}'
BOX = CHOICE + f"b: [{{voicemail: {{box: office}}}}, {GOODBYE}]\n"
DESK = CHOICE + f"b: [{{callback: {{desk: night}}}}, {GOODBYE}]\n"

LANGUAGES = pytest.mark.parametrize(("key", "language"), [("1", "pl"), ("2", "en")])


@LANGUAGES
def test_m04_the_language_of_a_call_is_kept_through_queue_and_survey_in_simulated_calls(key, language):
    heard = call(QUEUE, press(key), press("5"), header=POLISH_TREE).heard
    assert heard[1:] == {"pl": ("Oceń.", "Dziękujemy."), "en": ("Rate us.", "Thank you.")}[language]


@LANGUAGES
@in_virtual_time
async def test_m04_announcements_of_the_queue_and_the_survey_after_it(key, language):
    async with hall({}) as here:
        voice = Voice()
        here.switch.routes["100"] = TreeDestination(
            tree_of(QUEUE, POLISH_TREE), voice, here.switch.dialler, queues=TreeQueues(here.queues)
        )
        await here.callers("2001")
        await passes(3)
        here.speaker.languages.clear()
        caller = await here.dials(here.phone("2002"), "100", seconds=3)
        await here.types(caller, key)
        await passes(10)
        # What agents hear is in their language, and nobody is there yet.
        assert set(here.speaker.languages) == {language}
        here.switch.board.close()
        await passes(1)


@LANGUAGES
@in_virtual_time
async def test_m04_the_survey_speaks_as_the_menu_did(key, language):
    async with hall({}) as here:
        voice = Voice()
        here.switch.routes["100"] = TreeDestination(
            tree_of(QUEUE, POLISH_TREE), voice, here.switch.dialler, queues=TreeQueues(here.queues)
        )
        agent = here.phone("1001")
        caller = await here.dials(here.phone("2001"), "100", seconds=3)
        await here.types(caller, key)
        await passes(2)
        pick_up(agent)
        await passes(3)
        agent.hang_up()
        await passes(2)
        assert voice.said[-1] == {"pl": "Oceń.", "en": "Rate us."}[language]
        assert voice.languages[-1] == language
        here.switch.board.close()
        await passes(1)


@LANGUAGES
@pytest.mark.parametrize("tree", [BOX, DESK], ids=["voicemail", "callback"])
@without_threads
async def test_m04_boxes_and_callbacks_speak_as_the_menu_did(tmp_path: Path, tree, key, language):
    boxes = {"office": {"number": "8001", "language": "pl"}}
    desks = {"night": {"mail": ["noc@example.com"]}}
    async with office(tmp_path, boxes=boxes, requests=desks, mail_by="office") as here:
        voice = Voice()
        here.switch.routes["100"] = TreeDestination(
            tree_of(tree, POLISH_TREE), voice, here.switch.dialler, rooms=TreeRooms({}, here.voicemail)
        )
        here.speaker.languages.clear()
        phone = await here.calls("2001", "100", 3.0)
        await here.types(phone, key)
        await passes(6.0)
        assert here.speaker.languages
        assert set(here.speaker.languages) == {language}
        phone.hang_up()
        await passes(1.0)
