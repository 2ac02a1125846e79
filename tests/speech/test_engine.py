import pytest

from softswitch.speech.engine import primary_language


@pytest.mark.parametrize(
    ("tag", "language"), [("pl", "pl"), ("pl-PL", "pl"), ("pl_PL-gosia-medium.onnx", "pl"), ("EN-gb", "en")]
)
def test_the_language_of_a_tag(tag, language):
    assert primary_language(tag) == language
