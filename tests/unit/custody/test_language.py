import pyarrow as pa
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from analysis.custody import language
from analysis.custody.language import FAMILIES, families, family

SENTENCES = {
    "fa": (
        "امروز هوا بسیار خوب است و ما به بازار می‌رویم",
        "مردم در خانه‌های خود نشسته‌اند و چای می‌نوشند",
        "سلام دوستان، فردا مکتب باز است یا نه؟",
        "كتاب‌ها روي ميز هستند و پنجره باز است",
    ),
    "ps": (
        "نن هوا ډېره ښه ده او موږ بازار ته ځو",
        "خلک په خپلو کورونو کې ناست دي او چای څښي",
        "سلام ملګرو، سبا ښوونځی خلاص دی که نه؟",
        "زه غواړم چې دا کتاب ولولم",
    ),
    "ur": ("آج موسم بہت اچھا ہے اور ہم بازار جا رہے ہیں", "لوگ اپنے گھروں میں بیٹھے ہیں", "کیا کل سکول کھلا ہے؟"),
    "en": (
        "The weather is very nice today and we are going to the market",
        "People are sitting in their houses drinking tea",
    ),
    "de": ("Das Wetter ist heute sehr schön und wir gehen auf den Markt", "Die Leute sitzen zu Hause und trinken Tee"),
    "uz": ("Bugun havo juda yaxshi va biz bozorga boramiz", "Odamlar o‘z uylarida o‘tirib choy ichishmoqda"),
    "other": (
        "الطقس جميل جدا اليوم ونحن ذاهبون إلى السوق",
        "Il fait très beau aujourd'hui et nous allons au marché",
        "Bugün hava çok güzel ve pazara gidiyoruz, çünkü evde yiyecek kalmadı",
        "今天天气很好",
        "Сегодня очень хорошая погода",
        "ئەمڕۆ کەش و هەوا زۆر خۆشە",
        "ok",
        "",
        "😀 123",
        "[PHONE] [URL] https://example.org/this-is-english",
    ),
}


IN_LATIN_LETTERS = {
    "uz": (
        "Bugun ob-havo yaxshi, biz bozorga boramiz",
        "Odamlar uylarida choy ichmoqda",
        "Bu kitob juda qiziq ekan",
        "Ertaga maktab ochiq bo'ladimi?",
        "Bizning shahrimiz katta va chiroyli",
        "Ular hali kelgani yo'q",
        "Qizlar uchun maktablar ochilsin",
        "Urush tugasin, tinchlik bo'lsin",
        "Mening akam Toshkentda ishlaydi",
    ),
    "romanised": (
        "ma az herat amadem wa inja kar mekunem",
        "dukhtaram har roz gerya mekuna",
        "az khana birun namebarayem",
        "khuda khair kuna ba mardum ma",
        "kar nest nan nest chi kunem",
        "zama wror kabul ke day aw za dalta yam",
        "khalk der khapa dai che kar nishta",
        "mung ghwaru che solha rashi",
        "hum log yahan bahut pareshan hain",
        "kya aap ko pata hai woh kahan gaya",
        "bachon ki taleem ka kya hoga",
        "yeh sab jhoot hai bhai",
    ),
    "en": (
        "We came from Herat and work here now",
        "No work, no bread, what can we do",
        "They closed the schools again today",
        "I miss my mother and my brother",
    ),
    "de": (
        "Wir kommen aus Herat und arbeiten hier",
        "Die Schulen sind wieder geschlossen",
        "Ich vermisse meine Mutter sehr",
        "Hier ist das Leben schwer, aber sicher",
    ),
}
"""Short sentences; those of Dari, Pashto and Urdu are romanised, and no family of ours."""


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in IN_LATIN_LETTERS.items() for text in texts])
def test_romanised_dari_pashto_and_urdu_are_no_uzbek_english_or_german(name, text):
    assert family(text) == ("other" if name == "romanised" else name)


@pytest.mark.parametrize(("expected", "text"), [(name, text) for name, texts in SENTENCES.items() for text in texts])
def test_a_sentence_is_told_apart(expected, text):
    assert family(text) == expected


def test_a_placeholder_does_not_make_a_text_english():
    assert family("[PHONE] سلام دوستان عزیز، امروز کجا هستید [URL]") == "fa"


def test_a_mixture_is_other():
    assert family("سلام دوستان hello my dear friends امروز how are you") == "other"


def test_a_column_keeps_its_nulls():
    column = families(pa.array([SENTENCES["ps"][0], None]))
    assert column.to_pylist() == ["ps", None]
    assert families(pa.array([None], pa.string())).type == pa.string()
    assert set(FAMILIES) == set(SENTENCES)


class TestBounds:
    """Where letters decide, where the model is asked, and where nothing is said; the model is stubbed."""

    @pytest.fixture(autouse=True)
    def asked(self, monkeypatch):
        calls = []

        def by_model(words, script):
            calls.append((words, script))
            return "en"

        monkeypatch.setattr(language, "_by_model", by_model)
        return calls

    @pytest.mark.parametrize(("text", "expected"), [("hello", "other"), ("hellos", "en"), ("h e l l o s", "en")])
    def test_six_letters_are_needed(self, text, expected):
        assert family(text) == expected

    @pytest.mark.parametrize(("latin", "expected"), [(64, "other"), (65, "en"), (66, "en")])
    def test_one_script_holds_two_thirds_nearly(self, latin, expected):
        assert family("a" * latin + "я" * (100 - latin)) == expected

    def test_only_the_start_of_a_long_text_is_read(self, asked):
        assert family("a" * 600 + "я" * 900) == "en"
        assert asked == [("a" * 600, "latin")]

    def test_the_script_is_handed_on(self, asked):
        family("сегодня")
        assert asked[-1][1] == "cyrillic"
        family("امروزهوا")
        assert asked[-1][1] == "arabic"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("ا" * 49 + "ټ", "ps"),
            ("ا" * 50 + "ټ", "en"),
            ("ا" * 98 + "ټټ", "ps"),
            ("ا" * 99 + "ټټ", "en"),
            ("ا" * 48 + "ٹٹ", "ur"),
            ("ا" * 48 + "ٻٻ", "other"),
            ("ا" * 40 + "ټټٹ", "ps"),
            ("ا" * 40 + "ټٹٹ", "ur"),
            ("ا" * 40 + "ټٻ", "other"),
            ("ټ", "ps"),
            ("بېرته" + "ا" * 6, "en"),
            ("یې", "ps"),
        ],
    )
    def test_letters_of_one_language_decide_from_one_in_fifty_on(self, text, expected):
        assert family(text) == expected

    @pytest.mark.parametrize("left_out", ["[PHONE]", "https://example.org/x", "@somebody", "#word", "2021"])
    def test_what_is_no_word_is_not_read(self, asked, left_out):
        family(f"hello {left_out} there")
        assert asked[-1][0].split() == ["hello", "there"]

    def test_other_scripts_count_against_ours(self):
        assert family("a" * 64 + "今" * 36 + "日") == "other"
        assert family("今日は天気") == "other"
        assert family("") == "other"


@pytest.mark.parametrize(
    ("script", "label", "expected"),
    [
        ("arabic", "fa", "fa"),
        ("arabic", "ar", "other"),
        ("latin", "uz", "uz"),
        ("latin", "fa", "other"),
        ("cyrillic", "uz", "uz"),
        ("cyrillic", "en", "other"),
    ],
)
def test_the_model_speaks_of_a_scripts_own_languages(monkeypatch, script, label, expected):
    class Model:
        rival = -1.0 - language.MARGIN

        def rank(self, words):
            assert words == "some words"
            return [(label, -1.0), ("xx", self.rival), ("yy", -99.0)]

    monkeypatch.setattr(language, "_model", {script: Model()}.__getitem__)
    assert language._by_model("some words", script) == expected
    Model.rival += 0.01
    assert language._by_model("some words", script) == "other"


KNOWN_TO_THE_MODEL = {
    "arabic": "fa ps ur ar ckb ug sd",
    "latin": "en de uz tr az fr es it nl sv da no nb pl id ku tk sq pt fi sw ro",
    "cyrillic": "uz ru tg kk ky uk",
}


@pytest.mark.parametrize("script", sorted(KNOWN_TO_THE_MODEL))
def test_the_model_knows_ours_and_those_that_are_mistaken_for_them(script):
    model = language._model(script)
    every = LanguageIdentifier.from_model_file(MODEL_FILE).labels
    assert {label for label, _ in model.rank("x")} == set(KNOWN_TO_THE_MODEL[script].split()) & set(every)
    assert language._model(script) is model
