"""Every word that makes an identifier of what stands beside it, in each language, and that it is asked for at all."""

import pytest

from tests.unit.custody.scrub.finding import found


def words(text):
    return text.split()


PHONE_WORDS = [
    *words(
        "call calling phone telephone tel telefon telefonnummer fon mobil mobile mobilnummer cell handy handynummer"
    ),
    *words("whatsapp wa viber signal imo fax sms text dial ring number nummer numara contact kontakt ruf rufe"),
    *words("anruf anrufen erreich erreichbar hotline numero nr no telegram"),
    *words("شماره تماس تلفن تلفون زنگ موبایل مبایل واتس واتساپ وتساپ همراه گوشی نمبر ټلیفون تلیفون ټیلیفون ټلفون"),
    *words("تیلفون اړیک شمېر شمیر رابطه فون وایبر سیگنال پیامک فکس خط کال پیغام"),
    "whats app",
]


@pytest.mark.parametrize("word", PHONE_WORDS)
def test_a_word_for_a_phone_makes_a_number_of_eight_digits(word):
    assert found(f"{word} 70123456", "PHONE") == ["70123456"]
    assert found(f"70123456 {word}", "PHONE") == ["70123456"]
    assert found("70123456", "PHONE") == []


@pytest.mark.parametrize("word", words("tel phone call whatsapp mob mobile handy telefon fon fax nr no wa t m p"))
def test_a_word_glued_to_a_number_leaves_it_a_number(word):
    assert found(f"{word}0701234567", "PHONE") == ["0701234567"]


@pytest.mark.parametrize("scheme", words("tel sms callto whatsapp fax"))
def test_a_scheme_belongs_to_the_number(scheme):
    assert found(f"{scheme}:0701234567", "PHONE") == [f"{scheme}:0701234567"]


@pytest.mark.parametrize("word", words("ext ext. extension x durchwahl dw app app. داخلی"))
def test_an_extension_belongs_to_the_number(word):
    assert found(f"0701234567 {word} 12", "PHONE") == [f"0701234567 {word} 12"]


@pytest.mark.parametrize(
    "word",
    words(
        "€ $ % usd eur euro dollar afn afg afghani toman rial rupee pkr افغانی تومان تومن ریال دالر دلار یورو روپ "
        "کلدار نفر تن میلیون ملیون هزار million people mio km kg view views follower followers"
    ),
)
def test_a_unit_behind_a_number_makes_it_an_amount(word):
    assert found(f"call 701234567 {word}", "PHONE") == []


@pytest.mark.parametrize("word", [*words("€ $ usd eur euro isbn issn doi § # page seite صفحه ایه آیت"), "no. of"])
def test_a_unit_before_a_number_makes_it_an_amount(word):
    assert found(f"call {word} 701234567", "PHONE") == []


@pytest.mark.parametrize(
    "word",
    words(
        "zero one two three four five six seven eight nine null eins zwei zwo drei vier funf fuenf sechs sieben acht "
        "neun صفر یک دو سه چهار چار پنج شش شیش هفت هشت نه یو دوه دری څلور پنځه شپږ اووه اوه اته نهه"
    ),
)
def test_a_word_for_a_digit_is_a_digit(word):
    spelled = " ".join([word] * 7)
    assert found(spelled, "PHONE") == [spelled]


@pytest.mark.parametrize(
    "word",
    words(
        "mail e-mail email reach contact write kontakt schreib schreibe adresse address gmail ایمیل میل برېښنالیک آدرس"
    ),
)
def test_a_word_for_mail_makes_an_address_of_half_a_one(word):
    assert found(f"{word} user at example.org", "EMAIL") in (["user at example.org"], [f"{word} user at example.org"])
    assert found("user at example.org", "EMAIL") == []


@pytest.mark.parametrize(
    "word", ["at", "a t", "att", "aet", "ät", "bei", "arobase", "klammeraffe", "ات", "ات ساین", "اتساین", "ادساین",
             "اد ساین", "ات سایت", "ایت", "ایٹ", "اټ", "اټ ساین", "ایټ", "@"],
)  # fmt: skip
def test_a_word_for_the_sign_is_the_sign(word):
    for text in (f"user ({word}) example.org", f"user[{word}]example.org", f"user {word} example dot org"):
        assert found(text, "EMAIL") == [text]


@pytest.mark.parametrize(
    "word", ["dot", "d0t", "punkt", "point", ".", "نقطه", "دات", "دوت", "ډاټ", "ڈاٹ", "ټکی", "نکته"]
)
def test_a_word_for_the_dot_is_the_dot(word):
    for text in (f"user at example {word} org", f"user (at) example[{word}]org"):
        assert found(text, "EMAIL") == [text]


@pytest.mark.parametrize("host", ["جیمیل", "جی میل", "یاهو", "هاتمیل", "هات میل", "اوتلوک", "آوتلوک", "ایمیل"])
@pytest.mark.parametrize(
    "ending", ["کام", "کوم", "نت", "نیت", "ارگ", "اورگ", "ایران", "اینفو", "ای آر", "دی ای", "یو کی"]
)
def test_a_persian_host_and_ending_make_an_address(host, ending):
    text = f"user at {host} dot {ending}"
    assert found(text, "EMAIL") == [text]


@pytest.mark.parametrize("sign", words("dot punkt underscore dash unterstrich نقطه دات آندرلاین اندرلاین خط"))
def test_a_word_for_a_sign_joins_a_name(sign):
    text = f"first {sign} last at example dot org"
    assert found(text, "EMAIL") == [text]


PLATFORMS = [
    *words(
        "insta instagram ig tele telegram tg twitter tweet facebook fb messenger snap snapchat tiktok discord skype"
    ),
    *words(
        "youtube linkedin signal threads mastodon bluesky bsky viber imo wechat whatsapp clubhouse reddit steam line"
    ),
    *words("username userid handle nick nickname account konto benutzername profil"),
    *words("اینستا اینستاگرام اینستاگرم انستا انستاگرام انستاگرم انسټا انسټاګرام انسٹا انسٹاگرام تلگرام تلگرم تیلگرام"),
    *words("ټیلیګرام ټلګرام ٹیلیگرام توییتر تویتر ټویټر ٹویٹر فیسبوک ایمو یوتیوب سیگنال آیدی ایدی آیډی کاربری هندل"),
    *words("پروفایل اکونت اکانت دیسکورد اسکایپ"),
    *("tik tok", "user name", "user id", "فیس بوک", "فیس بک", "اسنپ چت", "سنپ چت", "تیک تاک", "ټیک ټاک", "ٹک ٹاک"),
    *("کلاب هاوس", "آی دی", "یوزر نیم", "نام کاربری", "حساب کاربری", "ٹیلی گرام"),
]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_name_of_a_platform_makes_an_account_of_the_word_behind_it(platform):
    assert found(f"{platform}: abcdef", "HANDLE") == ["abcdef"]
    assert found(f"{platform} abc_def", "HANDLE") == ["abc_def"]
    assert found("abc_def", "HANDLE") == []


@pytest.mark.parametrize("word", words("id name account handle ایدی ام من ما زما my is است هست"))
def test_a_word_may_stand_between_platform_and_name(word):
    assert found(f"insta {word} abc_def", "HANDLE") == ["abc_def"]
    assert found(f"insta {word} {word} abc_def", "HANDLE") == ["abc_def"]


@pytest.mark.parametrize(
    "word",
    words("site website web url link visit domain homepage seite webseite see سایت وب لینک آدرس پته ویب صفحه پیوند"),
)
def test_a_word_for_a_site_makes_a_link_of_a_weak_ending(word):
    assert found(f"{word} example.online", "URL") == ["example.online"]


@pytest.mark.parametrize("word", words("the a an der die das den dem ein eine einem einen einer"))
def test_an_article_makes_two_sentences_of_a_dot(word):
    assert found(f"{word} example.org", "URL") == []


@pytest.mark.parametrize(
    "word", ["v", "version", "ver", "ver.", "release", "build", "firmware", "kernel", "section", "abschnitt", "kapitel",
             "§", "نسخه", "ویرایش"],
)  # fmt: skip
def test_a_word_for_a_version_makes_none_of_four_numbers(word):
    assert found(f"{word} 1.2.3.4", "IP") == []
    assert found(f"{word}, 1.2.3.4", "IP") == ["1.2.3.4"]


@pytest.mark.parametrize("word", ["ip", "ipv6", "ip6", "address", "آی پی", "آیپی"])
def test_a_word_for_an_address_makes_one_of_any_range(word):
    assert found(f"{word} 4000::1", "IP") == ["4000::1"]


@pytest.mark.parametrize("word", ["mac", "مک ادرس", "مک آدرس"])
def test_a_word_for_a_device_makes_an_address_of_digits(word):
    assert found(f"{word} 12-34-56-78-90-12", "MAC") == ["12-34-56-78-90-12"]


@pytest.mark.parametrize("word", ["شبا", "sheba", "shaba", "iban"])
def test_a_word_for_an_account_makes_one_of_its_digits(word):
    assert found(f"{word} 580540105180021273113007", "IBAN") == ["580540105180021273113007"]


@pytest.mark.parametrize(
    "word",
    [
        *words("btc bitcoin xbt eth usdt trx tron trc20 trc-20 xmr monero ltc litecoin xrp ripple doge sol solana"),
        *words("wallet crypto donate bch ton والت تتر ترون رمزارز بیتکوین"),
        *("بیت کوین", "کیف پول"),
    ],
)
def test_a_word_for_a_coin_makes_a_wallet_of_letters_and_digits(word):
    wallet = "7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV"
    assert found(f"{word} {wallet}", "CRYPTO") == [wallet]


@pytest.mark.parametrize(
    "word",
    ["gps", "coord", "coordinates", "koord", "koordinaten", "location", "position", "lat", "standort", "موقعیت",
     "لوکیشن", "نقشه", "مختصات"],
)  # fmt: skip
def test_a_word_for_a_place_makes_one_of_two_decimals(word):
    assert found(f"{word} (34.55, 69.20)", "COORD") == ["34.55, 69.20"]


DOCUMENTS = [
    *words(
        "id identity identification ssn nino tckn tc t.c. kimlik ykn melli cnic nicop nadra por acc tazkira tazkera"
    ),
    *words("taskira tazkirah tazkirat e-tazkira etazkira passport passporte passportnummer passpot pasport pasaport"),
    *words("reisepass reisepassnummer pass-nr passnr personalausweis ausweis ausweisnummer ausweisnr ausweis-nr perso"),
    *words("steuer-id steuerid steuernummer tin idnr rentenversicherungsnummer sozialversicherungs-nr svnr sv-nummer"),
    *words(
        "svnummer krankenversichertennummer azr azr-nr azr-nummer azrzahl bamf bamf-az bamfaz aktenzeichen akten-nr"
    ),
    *words("aktennr geschäftszeichen gesch.-z geschz ifa-zahl ifazahl unhcr unrwa asylum asylantrag duldung"),
    *words("aufenthaltstitel gestattung uci a-number anumber a# alien uscis receipt siv visa visum aadhaar aadhar pan"),
    *words("personnummer samordningsnummer cpr bsn v-nummer vnummer ahv hetu nhs uan brp medicare immicard pinfl inn"),
    *words("imei imsi license licence führerschein führerscheinnummer permit sin agdref niss amka afm dossier"),
    *words("dossier-nummer dossiernr n-nummer nnummer zemis zemis-nr zemisnummer"),
    *words("تذکره تذکری ملی شناسنامه شناسایی پاسپورت پاسپورټ پاسپورٹ گذرنامه پرونده دوسیه قضیه کیس پناهندگی پناهنده"),
    *words("امایش هویت یواناچسیار کمیساریا ویزا ویزه فراگیر اختصاصی شناختی لیسنس گواهینامه اقامت سریال آئیڈی کدملی"),
    *(
        "id card",
        "id-card",
        "id no",
        "id nr",
        "identity card",
        "identity number",
        "identification number",
        "national id",
    ),
    *("national code", "national number", "social security number", "ni number", "national insurance number"),
    *("tc kimlik no", "t.c. kimlik no", "kimlik no", "code melli", "kod-e melli", "por card", "acc card"),
    *("alien registration", "codice fiscale", "home office", "emirates id", "driving license", "driving licence"),
    *("ho ref", "ho reference", "برقی تذکره", "کد ملی", "شماره ثبت", "نمبر ثبت", "شماره ملی", "کارت هویت", "کد یکتا"),
    *("یو ان اچ سی ار", "پیژند پاڼه", "شناختی کارډ", "شناختی کارڈ", "آئی ڈی"),
]


@pytest.mark.parametrize("word", DOCUMENTS)
def test_a_word_for_a_document_makes_one_of_the_number_behind_it(word):
    assert found(f"{word} 123456", "ID") == ["123456"]
    assert found("123456", "ID") == []


@pytest.mark.parametrize(
    "word",
    words(
        "case file registration reg ref reference application claim az gz vorgang fall antrag ثبت مهاجر کارت "
        "سند درخواست"
    ),
)
@pytest.mark.parametrize(
    "between", [": ", " no ", " nr. ", " number ", " nummer: ", " id ", " # ", " شماره ", " نمبر "]
)
def test_a_weaker_word_wants_a_sign_or_a_word_for_a_number(word, between):
    assert found(f"{word}{between}123456", "ID") == ["123456"]
    assert found(f"{word} 123456", "ID") == []


FILLERS = [
    *words(
        "no nr num number nummer numara code card case file id is ist lautet my mein meine the of for and was afghan"
    ),
    *words(
        "holder شماره نمبر من ما ام زما مه شما است هست کارت کد برقی کاغذی الکترونیکی د را با به این شمېره شمیره کیس"
    ),
    *words("پرونده پناهندگی"),
]


@pytest.mark.parametrize("word", FILLERS)
def test_up_to_four_words_may_stand_between(word):
    assert found(f"tazkira {word} 123456", "ID") == ["123456"]
    assert found(f"tazkira{f' {word}' * 4} 123456", "ID") == ["123456"]
    assert found(f"tazkira {word}: 123456", "ID") == ["123456"]


@pytest.mark.parametrize("post", words("ioe eac wac lin src msc nbc ysc gwf kbl isl ank dha abd tbs fkt krt isb"))
def test_a_visa_case_begins_with_its_post(post):
    assert found(f"{post.upper()}2021123456", "ID") == [f"{post.upper()}2021123456"]
