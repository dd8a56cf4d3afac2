import pyarrow as pa
import pytest

from analysis.custody.names import residual_risk
from analysis.custody.scrub import scrub

TITLES_ARABIC = [
    "آقای",
    "اقای",
    "خانم",
    "داکتر",
    "دکتر",
    "استاد",
    "انجنیر",
    "انجینر",
    "مولوی",
    "ملا",
    "حاجی",
    "قاری",
    "جنرال",
    "دگروال",
    "ښاغلی",
    "ښاغلي",
    "اغلی",
    "مېرمن",
    "شهید",
    "سید",
    "وکیل",
    "والی",
    "قوماندان",
    "محترم",
    "محترمه",
    "صاحب",
]
TITLES_LATIN = [
    "Mr",
    "Mrs",
    "Ms",
    "Dr",
    "Prof",
    "Herr",
    "Frau",
    "Haji",
    "Mullah",
    "Mawlawi",
    "Ustad",
    "General",
    "Commander",
]
GIVEN_ARABIC = [
    "احمد",
    "محمد",
    "علی",
    "حسن",
    "حسین",
    "عبدالله",
    "عمر",
    "یوسف",
    "ابراهیم",
    "اسماعیل",
    "نجیب",
    "فرید",
    "وحید",
    "فاطمه",
    "زهرا",
    "مریم",
    "زینب",
    "خدیجه",
    "لیلا",
    "نرگس",
    "شکیلا",
    "فرشته",
    "مژگان",
    "ثریا",
    "حمید",
    "رحیم",
    "کریم",
    "غلام",
    "گل",
    "عبدال",
    "نور",
    "میرویس",
    "جاوید",
    "نوید",
    "شریف",
    "لطیف",
    "صدیق",
    "ضیا",
    "سمیر",
    "زرغونه",
    "پلوشه",
]
GIVEN_LATIN = [
    "Ahmad",
    "Mohammad",
    "Muhammad",
    "Ali",
    "Hassan",
    "Hussain",
    "Abdullah",
    "Omar",
    "Yusuf",
    "Ibrahim",
    "Najib",
    "Farid",
    "Fatima",
    "Zahra",
    "Maryam",
    "Zainab",
    "Khadija",
    "Laila",
    "Nargis",
    "Hamid",
    "Rahim",
    "Karim",
    "Ghulam",
    "Jawid",
]


@pytest.mark.parametrize(
    "text", ["داکتر رحیمی آمد", "Herr Rahimi kam", "با احمد رفتم", "I met Fatima.", "ښاغلی رحیمی راغی"]
)
def test_a_pattern_for_names_is_counted(text):
    assert residual_risk(pa.array([text])).either_n == 1


@pytest.mark.parametrize("text", ["کسی نیامد", "nobody came", "Alignment of general terms", "", "گلستان"])
def test_other_words_are_not(text):
    assert residual_risk(pa.array([text])).either_n == 0


def test_counts_and_share():
    risk = residual_risk(pa.array(["Dr. Ahmad", "Dr. Rahimi", "Ali", "none", None]))
    assert (risk.texts_n, risk.titled_n, risk.given_n, risk.either_n, risk.share) == (4, 2, 2, 3, 0.75)
    assert residual_risk(pa.array([], pa.string())).share == 0.0


def test_scrubbing_does_not_pretend_to_remove_names():
    assert scrub("Dr. Ahmad, 0701234567").text == "Dr. Ahmad, [PHONE]"


@pytest.mark.parametrize("word", [*TITLES_ARABIC, *TITLES_LATIN])
def test_each_title_counts_with_a_word_behind_it(word):
    name = "رحیمی" if word in TITLES_ARABIC else "Rahimi"
    found = residual_risk(pa.array([f"{word} {name}", f"({word} {name})", f"{word}", f"x{word} {name}ب"]))
    assert found.titled_n == (2 if word in TITLES_LATIN else 3)
    if word in TITLES_LATIN:
        assert residual_risk(pa.array([f"{word}. {name}"])).titled_n == 1


@pytest.mark.parametrize("word", [*GIVEN_ARABIC, *GIVEN_LATIN])
def test_each_given_name_counts_when_it_stands_alone(word):
    letter = "ب" if word in GIVEN_ARABIC else "b"
    texts = [word, f"1{word}.", f"a b {word} c".replace("a b", "1 2")]
    assert residual_risk(pa.array(texts)).given_n == 3
    assert residual_risk(pa.array([f"{letter}{word}", f"{word}{letter}"])).given_n == 0


@pytest.mark.parametrize(
    ("text", "titled"),
    [
        ("Dr Ab", 1),
        ("Dr A", 0),
        ("Dr  Ab", 0),
        ("Dr ab", 0),
        ("dr Ab", 0),
        ("Dr Abcdefghijklmnop", 1),
        ("Dr Abcdefghijklmnopq", 0),
        ("داکتر ک", 0),
        ("داکتر کب", 1),
        ("داکترکب", 0),
    ],
)
def test_the_word_behind_a_title_has_two_letters_or_more(text, titled):
    assert residual_risk(pa.array([text])).titled_n == titled


def test_a_column_of_nulls_has_no_text():
    risk = residual_risk(pa.array([None, None], pa.string()))
    assert (risk.texts_n, risk.titled_n, risk.given_n, risk.either_n, risk.share) == (0, 0, 0, 0, 0.0)
