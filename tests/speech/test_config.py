import pytest
from pydantic import ValidationError

from softswitch.speech.config import SpeechConfig


def test_the_default_chain_ends_with_what_is_always_there():
    config = SpeechConfig()
    assert config.chain_for("en-GB")[-2:] == ("hibari", "espeak")
    assert config.chain_for("pl")[-1] == "espeak"
    assert "hibari" not in config.chain_for("pl")


def test_a_chain_of_ones_own_replaces_that_language_only():
    config = SpeechConfig.model_validate({"chains": {"pl": ["piper"], "en-GB": ["espeak"]}})
    assert config.chain_for("pl-PL") == ("piper",)
    assert config.chain_for("en-GB") == ("espeak",)
    assert "hibari" in config.chain_for("en-US")
    assert config.chain_for("de")[-1] == "espeak"


@pytest.mark.parametrize(
    "values",
    [
        {"chains": {"pl": []}},
        {"chains": {"pl": ["festival"]}},
        {"exec_command": "say {words}"},
        {"exec_command": "say '{text}"},
        {"exec_command": "   "},
        {"time_limit_seconds": 0},
        {"unknown": 1},
    ],
)
def test_a_wrong_value_is_refused(values):
    with pytest.raises(ValidationError):
        SpeechConfig.model_validate(values)


def test_a_config_is_frozen():
    config = SpeechConfig(exec_command="say --voice {voice} -o {output}")
    with pytest.raises(ValidationError):
        config.parallel = 3  # type: ignore[misc]
