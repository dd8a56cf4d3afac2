"""How many names of people may remain in scrubbed texts: an estimate of what scrubbing does not do.

Names are not removed: the patterns below know some titles and some frequent given names, miss most names, and take
words of the language for names. Their counts bound a residual risk from below and belong beside every statement that
texts were scrubbed. What must not be here: a placeholder for a name.
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

ARABIC = r"\x{0620}-\x{063f}\x{0641}-\x{064a}\x{066e}-\x{06d3}\x{06fa}-\x{06ff}"
LATIN = "A-Za-z"
TITLES_ARABIC = (
    *(
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
    ),
    *("ښاغلی", "ښاغلي", "اغلی", "مېرمن", "شهید", "سید", "وکیل", "والی", "قوماندان", "محترم", "محترمه", "صاحب"),
)
TITLES_LATIN = (
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
)
GIVEN_ARABIC = (
    *("احمد", "محمد", "علی", "حسن", "حسین", "عبدالله", "عمر", "یوسف", "ابراهیم", "اسماعیل", "نجیب", "فرید", "وحید"),
    *(
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
    ),
    *(
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
    ),
)
GIVEN_LATIN = (
    *(
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
    ),
    *(
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
    ),
)


def _standing_alone(words: tuple[str, ...], letters: str, behind: str = "") -> str:
    return rf"(?:^|[^{letters}])(?:{'|'.join(words)}){behind}(?:$|[^{letters}])"


TITLED = "|".join(
    (
        _standing_alone(TITLES_ARABIC, ARABIC, rf" [{ARABIC}]{{2,15}}"),
        _standing_alone(TITLES_LATIN, LATIN, r"\.? [A-Z][a-z]{1,15}"),
    )
)
GIVEN = "|".join((_standing_alone(GIVEN_ARABIC, ARABIC), _standing_alone(GIVEN_LATIN, LATIN)))


@dataclass(frozen=True)
class ResidualRisk:
    """Counts over a column of scrubbed texts.

    Attributes
    ----------
    texts_n : texts that are not null
    titled_n : texts with a title and a word behind it
    given_n : texts with a frequent given name
    either_n : texts with one or the other: the lower bound to report
    """

    texts_n: int
    titled_n: int
    given_n: int
    either_n: int

    @property
    def share(self) -> float:
        """Share of texts in which a pattern for names remains; 0 where there are no texts."""
        return self.either_n / self.texts_n if self.texts_n else 0.0


def residual_risk(texts: pa.Array) -> ResidualRisk:
    """Count texts that may still name somebody.

    Parameters
    ----------
    texts : StringArray
        Scrubbed texts; nulls are not counted.

    Examples
    --------
    >>> residual_risk(pa.array(["Dr. Ahmad came", "nobody came", None])).either_n
    1
    """
    titled, given = pc.match_substring_regex(texts, TITLED), pc.match_substring_regex(texts, GIVEN)
    counted = (titled, given, pc.or_(titled, given))
    titled_n, given_n, either_n = (pc.sum(flags).as_py() or 0 for flags in counted)
    return ResidualRisk(len(texts) - texts.null_count, titled_n, given_n, either_n)
