from xml.etree import ElementTree

from benchmarks.drawing import HEIGHT, MARGIN, Series, draw


def test_the_picture_is_well_formed_and_names_its_series():
    picture = draw("a < b", [Series("one & two", [0.0, 10.0, 20.0]), Series("none", [])], limit=20.0)
    texts = [
        element.text for element in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert "a < b" in texts
    assert "one & two" in texts
    assert "20" in texts


def test_what_is_over_the_limit_widens_the_axis():
    picture = draw("", [Series("", [0.0, 40.0])], limit=20.0)
    assert f" {MARGIN:.1f}h" in picture
    assert f" {HEIGHT - MARGIN:.1f}h" in picture
