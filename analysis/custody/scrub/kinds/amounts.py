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
    r"(?:usd|eur|afn|pkr|gbp|tl|mio|mrd|km|kg|pm|men|days?|hours?|times?|views?|likes?|shares?|posts|users?|"
    r"seconds|tons?|"
    r"mal|tage?n?|mann|manner|uhr|gun|ay|bin|kez|jours?|mois|an|ans|fois|kids)\b|"
    r"(?:afghani|euro|dollar|toman|rial|rupe|lira|million|milliard|billion|thousand|tausend|people|person|women|child|"
    r"refugee|civilian|soldier|famil|member|follow|week|month|year|minute|o'clock|percent|prozent|kilomet|"
    r"mete?re?|mile|"
    r"mensch|leute|kinder|frauen|monat|jahr|woche|stunde|nutzer|mitglied|beitra|aufruf|punkt|voter|vote|"
    r"kisi|insan|yil|saat|dakika|kere|milyon|yuzde|kilo|personne|annee|heure)|"
    r"نفر|تن |کس |خلک|فامیل|خانواده|کورن|لوگ|افراد|شخص|مردم|مرد |زن |زنان|کودک|طفل|دن |دنوں|روز|ورځ|هفته|ماه |"
    r"میاشت|سال|کال |"
    r"مهینه|ساعت|دقیقه|ثانیه|بار |مرتبه|ځل|کیلو|متر|فیصد|درصد|سلنه|هزار|زره|میلیون|ملیون|میلیارد|لاکھ|کروڑ|"
    r"افغانی|افغانۍ|دالر|دلار|ډالر|ڈالر|یورو|تومان|تومن|ریال|روپ|کلدار|کوټ|اتاق|عدد|کتاب|یوم|سنه|رجل|امراه|شخصا)"
)
"""The word behind a number that makes a count, a price, a length or a time of it."""
