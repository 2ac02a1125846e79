import pytest

from softswitch.numerals import (
    HOUR,
    MAX_CARDINAL,
    MAX_GENITIVE,
    MINUTE,
    PERSON,
    Case,
    Gender,
    PluralClass,
    cardinal,
    counted,
    digits,
    grouped,
    has_numbers,
    plural_class,
    primary_language,
)

# Written out by hand, not by the code under test.
ONES = ["", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć"]
TEENS = [
    *("dziesięć", "jedenaście", "dwanaście", "trzynaście", "czternaście"),
    *("piętnaście", "szesnaście", "siedemnaście", "osiemnaście", "dziewiętnaście"),
]
TENS = [
    *("", "", "dwadzieścia", "trzydzieści", "czterdzieści"),
    *("pięćdziesiąt", "sześćdziesiąt", "siedemdziesiąt", "osiemdziesiąt", "dziewięćdziesiąt"),
]
HUNDREDS = ["", "sto", "dwieście", "trzysta", "czterysta", "pięćset"]
HUNDREDS += ["sześćset", "siedemset", "osiemset", "dziewięćset"]


def polish(number: int, *, feminine: bool = False) -> str:
    if number == 0:
        return "zero"
    if number == 1000:
        return "tysiąc"
    if number == 1 and feminine:
        return "jedna"
    words = [HUNDREDS[number // 100]]
    rest = number % 100
    if 10 <= rest < 20:
        words.append(TEENS[rest - 10])
    else:
        one = "dwie" if feminine and rest % 10 == 2 else ONES[rest % 10]
        words += [TENS[rest // 10], one]
    return " ".join(word for word in words if word)


@pytest.mark.parametrize("number", range(1001))
def test_n12_polish_persons_from_0_to_1000(number):
    if number == 1:
        noun = "osoba"
    elif number % 10 in {2, 3, 4} and (number // 10) % 10 != 1:
        noun = "osoby"
    else:
        noun = "osób"
    assert counted(number, PERSON["pl"], "pl") == f"{polish(number, feminine=True)} {noun}"
    assert cardinal(number, "pl") == polish(number)


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        (1, "jedna osoba"),
        (2, "dwie osoby"),
        (4, "cztery osoby"),
        (5, "pięć osób"),
        (12, "dwanaście osób"),
        (21, "dwadzieścia jeden osób"),
        (22, "dwadzieścia dwie osoby"),
        (112, "sto dwanaście osób"),
        (1002, "tysiąc dwie osoby"),
        (2000, "dwa tysiące osób"),
    ],
)
def test_the_numbers_people_stumble_over(number, spoken):
    assert counted(number, PERSON["pl"], "pl-PL") == spoken


def test_gender_bends_one_and_two_only():
    assert [cardinal(1, "pl", gender) for gender in Gender] == ["jeden", "jedna", "jedno"]
    assert [cardinal(2, "pl", gender) for gender in Gender] == ["dwa", "dwie", "dwa"]
    assert [cardinal(3, "pl", gender) for gender in Gender] == ["trzy"] * 3
    assert cardinal(-2, "pl", Gender.FEMININE) == "minus dwie"


def test_english_counts_in_two_classes():
    assert counted(1, PERSON["en"], "en") == "one person"
    assert counted(0, PERSON["en"], "en") == "zero people"
    assert counted(22, MINUTE["en"], "en-GB") == "twenty-two minutes"
    assert plural_class(2, "en") is PluralClass.MANY
    assert plural_class(2, "pl") is PluralClass.FEW
    assert cardinal(-3, "en") == "minus three"


def test_digits_are_said_one_by_one():
    assert digits("1 2 3 4", "pl") == "jeden dwa trzy cztery"
    assert digits("1234", "en") == "one two three four"
    assert digits("*43#", "pl") == "gwiazdka cztery trzy krzyżyk"
    assert digits("+48 (22)", "en") == "plus four eight two two"
    assert digits("", "pl") == ""


def test_what_it_cannot_count_it_refuses():
    with pytest.raises(ValueError, match="too large"):
        cardinal(MAX_CARDINAL + 1, "pl")
    with pytest.raises(ValueError, match="'de'"):
        digits("1", "de")
    assert has_numbers("pl-PL")
    assert not has_numbers("de")


# By hand, too. Every word of a compound is bent, but for "jeden" at its end.
BENT = """
zero:zera jeden:jeden dwa:dwóch dwie:dwóch trzy:trzech cztery:czterech pięć:pięciu sześć:sześciu
siedem:siedmiu osiem:ośmiu dziewięć:dziewięciu dziesięć:dziesięciu jedenaście:jedenastu dwanaście:dwunastu
trzynaście:trzynastu czternaście:czternastu piętnaście:piętnastu szesnaście:szesnastu
siedemnaście:siedemnastu osiemnaście:osiemnastu dziewiętnaście:dziewiętnastu dwadzieścia:dwudziestu
trzydzieści:trzydziestu czterdzieści:czterdziestu pięćdziesiąt:pięćdziesięciu
sześćdziesiąt:sześćdziesięciu siedemdziesiąt:siedemdziesięciu osiemdziesiąt:osiemdziesięciu
dziewięćdziesiąt:dziewięćdziesięciu sto:stu dwieście:dwustu trzysta:trzystu czterysta:czterystu
pięćset:pięciuset sześćset:sześciuset siedemset:siedmiuset osiemset:ośmiuset dziewięćset:dziewięciuset
tysiąc:tysiąca
"""
GENITIVE = dict(pair.split(":") for pair in BENT.split())


@pytest.mark.parametrize("number", [0, *range(2, 1001)])
def test_polish_minutes_in_other_cases_from_0_to_1000(number):
    spoken = polish(number, feminine=True)
    bent = " ".join(GENITIVE[word] for word in spoken.split())
    noun = "minuty" if number % 10 in {2, 3, 4} and (number // 10) % 10 != 1 else "minut"
    assert counted(number, MINUTE["pl"], "pl", Case.GENITIVE) == f"{bent} minut"
    assert counted(number, MINUTE["pl"], "pl", Case.ACCUSATIVE) == f"{spoken} {noun}"


def test_one_is_bent_by_case_and_gender():
    said = [counted(1, noun["pl"], "pl", case) for noun in (MINUTE, HOUR) for case in Case]
    assert said[:3] == ["jedna minuta", "jednej minuty", "jedną minutę"]
    assert said[3:] == ["jedna godzina", "jednej godziny", "jedną godzinę"]
    assert cardinal(1, "pl", Gender.MASCULINE, Case.GENITIVE) == "jednego"
    assert cardinal(1, "pl", Gender.NEUTER, Case.ACCUSATIVE) == "jedno"
    assert counted(1, MINUTE["en"], "en", Case.GENITIVE) == "one minute"


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        (21, "dwudziestu jeden"),
        (101, "stu jeden"),
        (1001, "tysiąca jeden"),
        (2000, "dwóch tysięcy"),
        (21_345, "dwudziestu jeden tysięcy trzystu czterdziestu pięciu"),
        (-5, "minus pięciu"),
    ],
)
def test_larger_genitives(number, spoken):
    assert cardinal(number, "pl", Gender.FEMININE, Case.GENITIVE) == spoken


def test_a_genitive_has_its_limit():
    with pytest.raises(ValueError, match="too large"):
        cardinal(MAX_GENITIVE + 1, "pl", case=Case.GENITIVE)
    assert cardinal(MAX_GENITIVE + 1, "en", case=Case.GENITIVE) == "one million"


@pytest.mark.parametrize(
    ("tag", "language"), [("pl", "pl"), ("pl-PL", "pl"), ("pl_PL-gosia-medium.onnx", "pl"), ("EN-gb", "en")]
)
def test_the_language_of_a_tag(tag, language):
    assert primary_language(tag) == language


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("+48600100200", "plus cztery osiem, sześć zero zero, jeden zero zero, dwa zero zero"),
        ("600100200", "sześć zero zero, jeden zero zero, dwa zero zero"),
        ("12 345-67", "jeden, dwa trzy cztery, pięć sześć siedem"),
        ("+48", "plus cztery osiem"),
        ("+4930901820", "plus cztery dziewięć, trzy zero, dziewięć zero jeden, osiem dwa zero"),
        ("+35316", "plus trzy pięć trzy, jeden sześć"),
        ("+7495123", "plus siedem, cztery dziewięć pięć, jeden dwa trzy"),
        ("anna", "anna"),
        ("", ""),
    ],
)
def test_a_number_is_read_in_groups_of_three_from_its_end(number: str, said: str) -> None:
    assert grouped(number, "pl") == said


def test_a_number_is_read_in_english_where_there_is_no_table() -> None:
    assert grouped("1234", "de") == "one, two three four"
