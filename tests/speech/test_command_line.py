import pytest

from softswitch.speech.command_line import arguments_of


def test_a_command_line_is_cut_as_a_shell_would_and_placeholders_stay():
    assert arguments_of("say --voice='{voice} low' {text}") == ["say", "--voice={voice} low", "{text}"]


@pytest.mark.parametrize("command", ["", "say {words}", "say {}", "say {text!r}", "say {rate:.2f}", "say {"])
def test_a_wrong_command_line_is_refused(command):
    with pytest.raises(ValueError, match=r"."):
        arguments_of(command)
