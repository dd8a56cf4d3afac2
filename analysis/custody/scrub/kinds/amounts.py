"""What stands beside a number that counts or costs something. What must not be here: any kind of identifier."""

from analysis.custody.scrub.rules import Rule

MONEY_BEHIND = Rule(
    r"^ ?(?:\x05|\$|%|usd|eur|euro|dollar|afn|afg|afghani|toman|rial|rupee|pkr|افغانی|تومان|"
    r"تومن|ریال|دالر|دلار|یورو|روپ|کلدار|"
    r"نفر|تن|میلیون|ملیون|هزار|million|people|mio|km|kg|views?|followers?)"
)
MONEY_BEFORE = Rule(r"(?:\x05|\$|usd|eur|euro|isbn|issn|doi|§|#|no\. of|page|seite|صفحه|ایه|آیت) ?:? ?$")
COUNTED = Rule(
    r"^ {0,2}(?:\x05|\$|%|(?:of|the|more|other|new|all|neue|weitere) |"
    r"(?:usd|eur|afn|pkr|gbp|afghani|euro|dollar|toman|rial|rupe|lira|tl|mio|mrd|million|milliard|billion|"
    r"thousand|tausend|"
    r"people|person|men|women|child|kids|refugee|civilian|soldier|famil|member|user|view|follow|like|"
    r"share|post|"
    r"day|week|month|year|hour|minute|second|o'clock|am\b|pm\b|time|percent|prozent|km|kilomet|met(?:er|re)|"
    r"mile|kg|ton|"
    r"mensch|leute|kind|frau|manner|mann|tag|woche|monat|jahr|stunde|minute|uhr|mal\b|nutzer|mitglied|beitra|"
    r"aufruf|punkt|"
    r"kisi|insan|gun\b|yil|ay\b|saat|dakika|kere|kez|bin\b|milyon|yuzde|kilo|personne|jour|mois|ann?ee?s?|heure|"
    r"fois|euros"
    r")|نفر|تن\b|تن |کس|خلک|فامیل|خانواده|کورن|لوگ|افراد|شخص|مرد|زن|کودک|طفل|دن |دنوں|روز|ورځ|هفته|ماه |میاشت|"
    r"سال|کال|مهینه|"
    r"ساعت|دقیقه|ثانیه|بار |مرتبه|ځل|کیلو|متر|فیصد|درصد|سلنه|هزار|زره|میلیون|ملیون|میلیارد|لاکھ|کروڑ|"
    r"افغانی|افغانۍ|دالر|دلار|ډالر|ڈالر|یورو|تومان|تومن|ریال|روپ|کلدار|کوټ|اتاق|عدد|کتاب"
    r"|یوم|شهر|سنه|رجل|امراه|شخصا)"
)
"""The word behind a number that makes a count, a price, a length or a time of it."""
