import pyarrow as pa
import pytest

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
    assert set(FAMILIES) == set(SENTENCES)
