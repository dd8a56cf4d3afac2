"""Words for digits, tens and hundreds in the languages of the study.

What must not be here: what a row of them means.
"""

from analysis.custody.scrub.alphabet import to_bytes


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ZERO = _words("zero oh nought null nul sifir sifr sefr sifar sifer zéro صفر زیرو")
UNITS: tuple[frozenset[str], ...] = (
    _words("one eins ein bir un yak yek yaw ek yeki یک یو ایک واحد"),
    _words("two zwei zwo iki deux do doo du dwa دو دوه اثنان اثنین"),
    _words("three drei uc trois se seh sey dre teen سه دری درې تین ثلاث ثلاثه"),
    _words("four vier dort quatre char chahar chaar chor salor tsalor چهار چار څلور اربع اربعه"),
    _words("five funf fuenf bes cinq panj panch paanch pinza pinzah پنج پنځه پانچ خمس خمسه"),
    _words("six sechs alti shash shesh shpag shpazh chay chhe شش شیش شپږ چھ چه سته ست"),
    _words("seven sieben yedi sept haft haf owa uwa wowa saat sat هفت اووه اوه سات سبع سبعه"),
    _words("eight acht sekiz huit hasht ata ath aath هشت اته آٹھ اٹھ ثمان ثمانیه ثمانی"),
    _words("nine neun dokuz neuf noh no noo nuh nau naha nah نه نهه نو تسع تسعه"),
)
TENS = _words("""
    ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty
    seventy eighty ninety zehn elf zwolf zwoelf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn zwanzig
    dreisig dreissig vierzig funfzig sechzig siebzig achtzig neunzig on yirmi otuz kirk elli altmis yetmis seksen doksan
    ده یازده دوازده سیزده چهارده پانزده شانزده هفده هجده هژده نوزده بیست سی چهل پنجاه شصت هفتاد هشتاد نود
    لس شل دیرش څلوېښت څلویښت پنځوس شپېته شپیته اویا اتیا نوي دس بیس تیس چالیس پچاس ساٹھ ستر اسی نوے
    bist si chel chehel panja shast haftad hashtad nawad navad nood
""")
HUNDREDS = _words("""
    hundred hundert yuz ikiyuz ucyuz dortyuz besyuz altiyuz yediyuz sekizyuz dokuzyuz
    صد یکصد دوصد دویست سیصد سهصد چهارصد چارصد پنجصد پانصد ششصد هفتصد هشتصد نهصد سو سل
    sad dosad sesad charsad panjsad sheshsad haftsad hashtsad nohsad
""")
REPEATS = _words("double triple doppel dreifach دبل çift")
_GERMAN_UNITS = "ein|zwei|drei|vier|funf|sechs|sieben|acht|neun"
_GERMAN_TENS = "zwanzig|dreis{1,2}ig|vierzig|funfzig|sechzig|siebzig|achtzig|neunzig"


def _alternatives(words: frozenset[str]) -> str:
    """Words as alternatives, those that begin with another one before it."""
    return "|".join(sorted(words, key=to_bytes, reverse=True))


ALL = frozenset[str]().union(ZERO, *UNITS, TENS, HUNDREDS, REPEATS)
_IN_LATIN = frozenset(word for word in ALL if word[0] < "\u0600")
LATIN = rf"(?:(?:{_GERMAN_UNITS})und(?:{_GERMAN_TENS})|{_alternatives(_IN_LATIN)})"
LATIN_BEGUN = rf"(?:{_alternatives(frozenset(word[:2] for word in _IN_LATIN))})"
"""How Latin number words begin."""
ARABIC_SCRIPT = rf"(?:{_alternatives(ALL - _IN_LATIN)})"
ANY = rf"(?:{LATIN}|{ARABIC_SCRIPT})"


BETWEEN = r"و?[ ,.\-/\n]{1,3}(?:(?:و|and|und|ve) )?"


def _values() -> dict[bytes, int]:
    """Each word as the sheet shows it, with its rank among numbers: a zero, units, tens, hundreds."""
    ranks = [(ZERO, 0), *((words, value) for value, words in enumerate(UNITS, 1)), (TENS, 10), (HUNDREDS, 100)]
    return {to_bytes(word): rank for words, rank in ranks for word in words}


VALUES = _values()
"""A folded word → 0 to 9 for a digit, 10 for tens, 100 for hundreds."""
