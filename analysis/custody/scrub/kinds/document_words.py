"""Words for documents and cases, in the languages of the study. What must not be here: grammars of numbers."""


def _any_of(*lines: str) -> str:
    return f"(?:{'|'.join(lines)})"


STRONG = _any_of(
    r"id(?:[ -]?(?:card|no|nr|number|nummer|#))?|identity(?: card| no| number)?|identification(?: number)?",
    r"national (?:id|code|number)|ssn|social security(?: number)?|nino|ni number|national insurance(?: number)?",
    r"tckn|tc(?: kimlik)?(?: no)?|t\.c\.(?: kimlik)?(?: no)?|kimlik(?: no)?|ykn|(?:code |kod-?e? ?)?melli",
    r"cnic|nicop|nadra|por(?: card)?|acc(?: card)?|ta[sz]ke?[ie]?ra[ht]?|e-?ta[sz]ke?[ie]?ra",
    r"passpor?t(?:e|nummer)?|pasport|pasaport|reisepass(?:nummer)?|pass-?nr|(?:personal)?ausweis(?:nummer|-?nr)?|perso",
    r"steuer-?id|steuernummer|tin|idnr|(?:renten|sozial)?versicherungs-?(?:nummer|nr)|svnr|sv-?nummer",
    r"krankenversicherten\w*|azr(?:-?(?:nr|nummer|zahl))?|bamf(?:-?az)?|aktenzeichen|akten-?nr|geschaftszeichen",
    r"gesch\.?-?z|ifa-?zahl|unhcr|unrwa|asylum|asyl\w*|duldung|aufenthalts\w*|gestattung|uci|a-?number|a#",
    r"alien(?: registration)?|uscis|receipt|siv|visa|visum|aadhaar|aadhar|pan|personnummer|samordningsnummer|cpr|bsn",
    r"v-?nummer|ahv|codice fiscale|hetu|nhs|home office|uan|brp|medicare|immicard|emirates id|pinfl|inn|imei|imsi",
    r"licen[cs]e|fuhrerschein(?:nummer)?|driving licen[cs]e|permit|sin|agdref|niss|amka|afm",
    r"dossier(?:-?nummer|-?nr)?|n-?nummer|zemis(?:-?nr|-?nummer)?|ho ref(?:erence)?",
    r"تذکر[هی]|برقی تذکره|کد ?ملی|شماره ثبت|نمبر ثبت|شماره ملی|ملی|شناسنامه|شناسایی|پاسپورت|پاسپورټ|پاسپورٹ|گذرنامه",
    r"پرونده|دوسی[هی]|قضی[هی]|کیس|پناهندگ[یان]+|پناهنده|امایش|کارت هویت|هویت|یو ?ان ?اچ ?سی ?ار|کمیساریا|ویزا|ویزه",
    r"فراگیر|کد یکتا|اختصاصی|صکوک|سکوک|پیژند ?پاڼه|شناختی کارډ|شناختی کارڈ|شناختی|آئی ?ڈی|لیسنس|گواهینامه|اقامت|سریال",
)
WEAK = _any_of(
    r"case|file|registration|reg|ref(?:erence)?|application|claim|az|gz|vorgang|fall|fallnummer|antrag",
    r"ثبت|مهاجر|کارت|سند|درخواست",
)
