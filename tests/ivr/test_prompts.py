import pytest
from pydantic import TypeAdapter, ValidationError

from softswitch.ivr.prompts import GrowingPrompt, Spoken, at_attempt, checked_language, is_wordings
from softswitch.ivr.references import Around
from tests.ivr.written import sound_file

GROWING = TypeAdapter(GrowingPrompt)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Hello.", {"": "Hello."}),
        (100, {"": "100"}),
        ({"text": "Hello."}, {"": "Hello."}),
        ({"pl": "Cześć.", "en": "Hello."}, {"pl": "Cześć.", "en": "Hello."}),
        ({"text": {"pl": "Cześć."}, "voice": "ewa"}, {"pl": "Cześć."}),
    ],
)
def test_the_forms_of_a_text(written, text):
    assert Spoken.model_validate(written).text == text


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"text": {}},
        {"voice": "ewa"},
        {"text": "a", "play": __file__},
        {"text": {"polish": "a"}},
        None,
        [],
    ],
)
def test_what_is_no_prompt_is_refused(written):
    with pytest.raises(ValidationError):
        Spoken.model_validate(written)


@pytest.mark.parametrize(
    ("written", "language", "chosen"),
    [
        ("Hi.", "pl", ("Hi.", "pl")),
        ({"text": "Hi.", "language": "en"}, "pl", ("Hi.", "en")),
        ({"pl": "Cześć.", "en": "Hi."}, "pl", ("Cześć.", "pl")),
        ({"pl": "Cześć.", "en": "Hi."}, "de", ("Hi.", "en")),
        ({"pl": "Cześć.", "fr": "Salut."}, "de", ("Cześć.", "pl")),
        ({"play": __file__}, "pl", ("", "")),
    ],
)
def test_the_text_for_a_language(written, language, chosen):
    assert Spoken.model_validate(written).wording(language, fallback="en") == chosen


def test_a_file_is_found_from_the_folder_of_the_tree(tmp_path):
    sound_file(tmp_path / "a.wav")
    spoken = Spoken.model_validate({"play": "a.wav"}, context=Around(folder=tmp_path))
    assert spoken.play == tmp_path / "a.wav"
    with pytest.raises(ValidationError, match=r"the file 'b\.wav' does not exist"):
        Spoken.model_validate({"play": "b.wav"}, context=Around(folder=tmp_path))


@pytest.mark.parametrize(("attempt", "text"), [(1, "one"), (2, "two"), (3, "two"), (4, "four"), (9, "four")])
def test_the_prompt_with_the_largest_count_reached(attempt, text):
    prompts = GROWING.validate_python(["one", {"count": 2, "text": "two"}, {"count": 4, "text": "four"}])
    assert at_attempt(prompts, attempt).text == {"": text}


@pytest.mark.parametrize(
    ("language", "codes", "chosen"),
    [
        ("en-GB", ("pl", "en"), "en"),
        ("en", ("pl", "en-US"), "en-US"),
        ("en-GB", ("pl", "en-US", "en"), "en"),
        ("en-GB", ("en", "en-GB"), "en-GB"),
        ("de", ("en", "pl-PL"), "pl-PL"),  # by the tree's own language
        ("de", ("en", "fr"), "en"),
    ],
)
def test_m04_a_language_is_the_same_in_every_country(language, codes, chosen):
    prompt = Spoken.model_validate({code: f"in {code}" for code in codes})
    assert prompt.wording(language, fallback="pl") == (f"in {chosen}", chosen)


def test_counts_start_with_one_and_grow():
    for written in (
        [],
        [{"count": 2, "text": "a"}],
        ["a", "b"],
        ["a", {"count": 3, "text": "b"}, {"count": 2, "text": "c"}],
    ):
        with pytest.raises(ValidationError):
            GROWING.validate_python(written)


def test_language_codes():
    assert checked_language("en-GB") == "en-GB"
    for code in ("", "EN", "eng", "en_GB"):
        with pytest.raises(ValueError, match="is not a language code"):
            checked_language(code)
    assert is_wordings({"pl": "a", "en-GB": "b"})
    assert not is_wordings({"text": "a"})
    assert not is_wordings({})
    assert not is_wordings("pl")
