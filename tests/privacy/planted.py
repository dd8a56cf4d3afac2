"""Texts with planted identifiers, made from published grammars and numbering plans; no code shared with the scrubber.

Every phone number is a random number of a country's plan, every account number carries its check digits, every host is
a reserved example name. Nobody is meant.
"""

import hashlib
from dataclasses import dataclass
from random import Random

import phonenumbers

PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL_WIDTH = str.maketrans("0123456789+@.", "０１２３４５６７８９＋＠．")
REGIONS = (
    "AF",
    "PK",
    "IR",
    "TR",
    "DE",
    "GB",
    "FR",
    "AT",
    "SE",
    "NL",
    "US",
    "CA",
    "IN",
    "AE",
    "AU",
    "BE",
    "CH",
    "TJ",
    "UZ",
)
CARRIERS = {
    "en": ("please call {} tonight", "reach me: {}", "my contact {} thanks", "send it to {} ok"),
    "de": ("bitte Telefon {} heute", "Kontakt: {}", "melde dich unter {} danke", "schreib an {} bitte"),
    "fa": ("شماره تماس من {} است", "لطفا به {} زنگ بزنید", "تماس: {} سپاس", "واتساپ {} پیام بدهید"),
    "ps": ("زما د تلیفون شمېره {} ده", "مهرباني وکړئ {} ته اړیکه ونیسئ", "اړیکه: {} مننه", "په {} باندې زنگ ووهه"),
    "ur": ("میرا نمبر {} ہے", "رابطہ: {} شکریہ", "براہ کرم {} پر کال کریں", "فون {} پر"),
}
ID_CARRIERS = {
    "en": ("ID number: {} thanks", "passport no {} issued", "case number: {} pending"),
    "de": ("Ausweis-Nr: {} danke", "Reisepass {} liegt bei", "Aktenzeichen: {} bitte"),
    "fa": ("شماره تذکره {} است", "پاسپورت: {} دارم", "شماره پرونده: {} در جریان"),
    "ps": ("د تذکرې شمېره {} ده", "پاسپورټ: {} لرم", "د دوسیې شمېره: {} ده"),
    "ur": ("شناختی کارڈ نمبر {} ہے", "پاسپورٹ: {} ہے", "کیس نمبر: {} ہے"),
}
BIRTH_CARRIERS = {
    "en": ("date of birth: {} single", "DOB {} male"),
    "de": ("geboren am {} in der Provinz", "Geburtsdatum: {} ledig"),
    "fa": ("تاریخ تولد {} است", "متولد {} هستم"),
    "ps": ("د زېږېدو نېټه {} ده", "د زیږون نیټه: {} ده"),
    "ur": ("تاریخ پیدائش {} ہے", "تاریخ پیدائش: {} لکھا"),
}
TRANSFER_CARRIERS = {
    "en": ("the hawala code is {} thanks", "MTCN: {} please collect"),
    "de": ("der Hawala-Code {} gilt", "Überweisungscode: {} bitte abholen"),
    "fa": ("کد حواله {} است", "رمز حواله: {} را بگیر"),
    "ps": ("د حوالې کوډ {} دی", "حواله نمبر {} دی"),
    "ur": ("حوالہ کوڈ {} ہے", "حوالہ نمبر: {} ہے"),
}
CARRIERS_OF = {"ID": ID_CARRIERS, "BIRTH": BIRTH_CARRIERS, "TRANSFER": TRANSFER_CARRIERS}
HOSTS = ("example.org", "example.com", "mail.example.net", "sub.example.de", "example.co.uk")
WORDS = ("river", "garden", "lamp", "window", "paper", "stone", "cloud", "winter")


@dataclass(frozen=True)
class Planted:
    """A text, and where in it which kind of identifier stands."""

    kind: str
    language: str
    text: str
    start: int
    end: int


def plant(random: Random, kind: str | None = None) -> Planted:
    """One identifier of a random kind in a random language."""
    kind = kind or random.choice(tuple(MAKERS))
    language = random.choice(tuple(CARRIERS))
    carrier = random.choice(CARRIERS_OF.get(kind, CARRIERS)[language])
    value = _disguised(random, kind, MAKERS[kind](random))
    before, after = carrier.split("{}")
    return Planted(kind, language, before + value + after, len(before), len(before) + len(value))


def _digits(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(count))


def _name(random: Random) -> str:
    return random.choice(WORDS) + random.choice(("_", ".", "")) + random.choice(WORDS) + _digits(random, 2)


def _disguised(random: Random, kind: str, value: str) -> str:
    """Digits of another script, marks between characters: what a keyboard or a messenger does to a text."""
    style = random.random()
    if kind in ("PHONE", "CARD", "IP", "COORD", "IBAN", "ID") and style < 0.3:
        return value.translate(random.choice((PERSIAN_DIGITS, ARABIC_DIGITS)))
    if kind in ("PHONE", "EMAIL", "HANDLE") and style < 0.36:
        return value.translate(FULL_WIDTH)
    if style > 0.9:
        place = random.randrange(1, len(value))
        return value[:place] + random.choice("\u200b\u200e\u200f\u2060\u00ad\ufeff") + value[place:]
    return value


def phone(random: Random) -> str:
    """A valid number of a random plan, as its country or the world writes it."""
    region = random.choice(REGIONS)
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    example = phonenumbers.example_number_for_type(region, random.choice(kinds))
    national = str(example.national_number)
    while True:
        digits = national[:-6] + _digits(random, 6)
        number = phonenumbers.PhoneNumber(country_code=example.country_code, national_number=int(digits))
        if phonenumbers.is_valid_number(number):
            break
    style = random.choice(("E164", "INTERNATIONAL", "NATIONAL"))
    written = phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, style))
    change = random.random()
    if change < 0.1:
        return written.replace("+", "00")
    return written.replace(" ", random.choice("-./ ")) if change < 0.3 else written


def email(random: Random) -> str:
    """A mailbox at an example host, in signs or in words."""
    name, host = _name(random), random.choice(HOSTS)
    style = random.randrange(9)
    if style < 5:
        return f"{name}@{host}"
    at = ("(at)", "[at]", " at ", " ات ")[style - 5]
    dot = (".", " [dot] ", " dot ", " دات ")[style - 5]
    return f"{name.replace('.', '_')}{at}{host.replace('.', dot)}"


def url(random: Random) -> str:
    """An address with or without a scheme."""
    start = random.choice(("https://", "http://", "https://www.", "www.", ""))
    path = f"/{_name(random)}" if start != "www." or random.random() < 0.5 else ""
    return f"{start}{random.choice(HOSTS)}{path}"


def telegram_link(random: Random) -> str:
    """A channel, an invitation or a deep link."""
    code = "".join(random.choice("abcdefghijkABCDEFGHIJK0123456789_-") for _ in range(16))
    forms = (
        "https://t.me/{}",
        "t.me/{}",
        "https://t.me/+{}",
        "telegram.me/{}",
        "t.me/joinchat/{}",
        "tg://join?invite={}",
    )
    return random.choice(forms).format("a" + code.replace("-", "x"))


def handle(random: Random) -> str:
    """An account name behind an @."""
    return "@" + random.choice(
        (_name(random), random.choice(WORDS) + "@social.example", random.choice(WORDS) + ".bsky.social")
    )


def iban(random: Random) -> str:
    """A German, Pakistani, Dutch or Turkish account with ISO 7064 check digits."""
    country, digits = random.choice((("DE", 18), ("TR", 22), ("AT", 16), ("CH", 17)))
    account = ("0" if country == "TR" else "") + _digits(random, digits - (country == "TR"))
    account = account[:5] + "0" + account[6:] if country == "TR" else account
    remainder = int("".join(str(int(letter, 36)) for letter in account + country + "00")) % 97
    written = f"{country}{98 - remainder:02d}{account}"
    return written if random.random() < 0.5 else " ".join(written[i : i + 4] for i in range(0, len(written), 4))


def card(random: Random) -> str:
    """A card number with its Luhn digit."""
    body = random.choice(("4", "51", "52", "55", "6037")) + _digits(random, 15)
    body = body[:15]
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(body))
    written = body + str(-total % 10)
    return written if random.random() < 0.4 else random.choice(" -").join(written[i : i + 4] for i in range(0, 16, 4))


def internet_address(random: Random) -> str:
    """An address of a documentation range."""
    if random.random() < 0.6:
        return random.choice(("192.0.2.", "198.51.100.", "203.0.113.")) + str(random.randrange(256))
    return f"2001:db8:{random.randrange(1, 65536):x}::{random.randrange(1, 65536):x}"


def machine_address(random: Random) -> str:
    """A MAC address of the documentation range."""
    octets = ["00", "00", "5e", "00", "53", f"{random.randrange(256):02x}"]
    return random.choice(":-").join(octets).upper() if random.random() < 0.5 else ":".join(octets)


def coordinates(random: Random) -> str:
    """A point on land or sea, in decimals, degrees, as geo address or plus code."""
    latitude, longitude = random.uniform(10, 60), random.uniform(10, 80)
    style = random.randrange(5)
    if style == 0:
        return f"geo:{latitude:.4f},{longitude:.4f}"
    if style == 1:
        north, east = (f"{random.randrange(60):02d}'{random.randrange(60):02d}\"" for _ in range(2))
        return f"{int(latitude)}°{north}N {int(longitude)}°{east}E"
    if style == 2:
        letters = "".join(random.choice("CFGHJMPQRVWX23456789") for _ in range(8))
        return f"8{letters[:6]}F+{letters[6:]}"
    return f"{latitude:.5f}{random.choice((', ', ',', '; '))}{longitude:.5f}"


def document(random: Random) -> str:
    """A number of a person, a passport or a case."""
    digits = lambda count: _digits(random, count)  # noqa: E731
    return random.choice(
        (
            f"1{digits(3)}-{digits(4)}-{digits(5)}",
            f"3{digits(4)}-{digits(7)}-{digits(1)}",
            f"P0{digits(7)}",
            f"{digits(3)}-{digits(2)}C{digits(5)}",
            f"{digits(7)}-423",
            f"A{digits(9)}",
            digits(10),
            f"{digits(4)}/{digits(5)}",
        )
    )


def wallet(random: Random) -> str:
    """An Ethereum, a Bitcoin (base58 or bech32) address."""
    if random.random() < 0.4:
        return "0x" + "".join(random.choice("0123456789abcdefABCDEF") for _ in range(40))
    if random.random() < 0.4:
        return "bc1q" + "".join(random.choice("qpzry9x8gf2tvdw0s3jn54khce6mua7l") for _ in range(38))
    payload = random.choice((b"\0", b"\5", b"\x41")) + random.randbytes(20)
    payload += hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, written = int.from_bytes(payload, "big"), ""
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    while number:
        number, rest = divmod(number, 58)
        written = alphabet[rest] + written
    return "1" * (len(payload) - len(payload.lstrip(b"\0"))) + written


def address(random: Random) -> str:
    """A house in a street, as five languages write it."""
    number, word = random.randrange(1, 200), random.choice(WORDS).title()
    return random.choice(
        (
            f"{word}straße {number}, {random.randrange(10000, 99999)} Musterstadt",
            f"{number} {word} Street, Flat {random.randrange(1, 90)}",
            f"{word} Sokak No: {number}/{random.randrange(1, 20)}",
            f"خیابان بهار، پلاک {number}",
            f"کوچه {random.randrange(1, 20)} خانه نمبر {number}",
        )
    )


def plate(random: Random) -> str:
    """A plate in a notation that needs no word beside it."""
    if random.random() < 0.5:
        return f"{random.randrange(10, 99)} ب {random.randrange(100, 999)} ایران {random.randrange(10, 99)}"
    area = random.choice("ABCDEFGHJK") + random.choice("ABCDEFGHJK")
    return f"{area}{random.randrange(10, 99)} {random.choice(('XYZ', 'SMR', 'KLM'))}"


def birth(random: Random) -> str:
    """A date of the common or of the solar calendar."""
    day, month = random.randrange(1, 29), random.randrange(1, 13)
    if random.random() < 0.5:
        return f"{random.randrange(1330, 1385)}/{month}/{day}"
    return f"{day:02d}.{month:02d}.{random.randrange(1950, 2005)}"


def transfer(random: Random) -> str:
    """A code by which money is handed out."""
    return _digits(random, random.randrange(4, 9))


MAKERS = {
    "PHONE": phone,
    "EMAIL": email,
    "URL": url,
    "TGLINK": telegram_link,
    "HANDLE": handle,
    "IBAN": iban,
    "CARD": card,
    "IP": internet_address,
    "MAC": machine_address,
    "COORD": coordinates,
    "ID": document,
    "CRYPTO": wallet,
    "ADDRESS": address,
    "PLATE": plate,
    "BIRTH": birth,
    "TRANSFER": transfer,
}
