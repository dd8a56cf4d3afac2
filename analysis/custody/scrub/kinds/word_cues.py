"""Words that tell something, most of them beside a digit: one cue for each family that needs them.

Each stands in every text in which its family finds anything. A text ends at the end of the data or at a separator. What
must not be here: what has to follow the word.
"""

ADDRESS_CUE = (
    r"(?:(?:stras{1,2}e|str\.?|weg|allee|gasse|platz|ring|damm|ufer|chaussee|pfad|steig|gatan|vagen|gade|vej|"
    r"straat|laan|plein|"
    r"gracht|kade|dijk|singel) \d|str\.\d|stras{1,2}e (?:des|der|am) |\d[a-z]?,? {1,2}\d{4,5} [a-z]|adress|"
    r"address|anschrift|"
    r"wohn|unterkunft|"
    r"\d[a-z0-9'., \-]* (?:street|road|avenue|lane|drive|boulevard|crescent|terrace|parkway|gardens|grove|court|close|"
    r"way|place|"
    r"square|hill|row|"
    r"mews|park|walk|(?:st|rd|ave|ln|dr|blvd|pkwy|ct|pl|sq)[ .,\n])|(?:st|rd|ave|ln|blvd)\.?(?:\x01|$)|"
    r"(?:house|street|flat|gali|villa|plot|apartment|hno)(?: ?no\.?| number)?[ .:#]{0,2}[a-z]?-?\d|o\.? ?box|postfach |"
    r" (?:cad|caddesi|cd|sok|sokak|sokag[ia]|sk|bulvari|blv|mah|mahallesi|apartmani|sitesi)\.?[ ,][a-z0-9.:, /]*\d|"
    r"\d(?: ?(?:bis|ter))?,? (?:rue|avenue|av\.|boulevard|bd|place|chemin|impasse|allee|quai|cours|route) |"
    r"(?:via|viale|piazza|corso|vicolo|calle|avenida|avda\.?|plaza|paseo) [a-z][a-z ,.'\-]*\d|"
    r"(?:koch[ae]h?|kuch[ae]h?|sarak|khan[ae]|xana|kh[iy]+aban|gali|pelak|makan|naheya|nahia|kor|"
    r"manzil)(?: e)?(?: [n][a-z]{1,5})?[ .:]{1,2}\d|"
    r"(?:خیابان|کوچه|کوڅ|پلاک|سرک|خانه|کور|ناحیه|گذر|بلوار|واحد|طبقه|کوی|بن بست|منزل|بلاک|اپارتمان|فاز|حصه|مکان|"
    r"گلی|گهر|گھر|"
    r"سیکٹر|محله|سړک|دروازه|شارع|بنایه|مبنی|عماره|شقه|میدان|شهرک|فلیٹ)[ :][<AR> :,/#\-]*\d)"
)
BIRTH_CUE = (
    r"(?:\* ?\d|birth|born|d\.? ?o\.? ?b|bday|geb|dogum|d\. ?tar|naiss|n[eé]e? le|geboorte|fodsel|fodd|nacimiento|"
    r"nascita|nato il|nata il|"
    r"tav?w?all?[ou]d|تولد|متولد|زېږ|زیږ|زوکړ|پیدایش|پیدا|میلاد|ولد|مولود|موالید|تولدت)"
)
FILE_CUE = (
    r"(?:az|akz|gz|aktenz[a-z]{0,7}|gesch[a-z]{0,5}\.?-?z[a-z]{0,7}|zeichen|vorgangs?-?n[a-z]{1,6}|"
    r"dossier-?n?[a-z]{0,6})\.?[ :]"
)
PLATE_CUE = (
    r"(?:plate|kennzeichen|nummernschild|autonummer|plaka|plaque|immatric|kenteken|regist|reg[ :.]|tag n|"
    r"targa|matricula|"
    r"palet|pelak|پلاک|پلیت|پلېټ|پلیټ|پلیٹ|گاڑی|گاڈی|لوحه|نمبر موتر|نمره موتر|موټر|موتر|ایران)"
)
REGISTER_CUE = r"(?:جلد|ټوک|صکوک|تذکر|ta[sz]k)"
TRANSFER_CUE = (
    r"(?:h[ae]w?v?al[ae]|havale|mtcn|western|money ?gram|ria |xoom|wise|transfer|tracking|überweis|uberweis|"
    r"sendung|remit|sarr?af|"
    r"حوال|رهگیری|پیگیری|صراف|ارجاع|ترسیل|حواله)"
)
SPELLED_CUE = r"(?:(?:com|me|org|net|be|dog) ?/|slash|schragstrich|اسلش|اسلاش|سلش|سلاش|(?:کام|کوم|می) ?/)"
"""Found in every address whose signs are spelled or set apart; it needs no digit."""
BESIDE_DIGITS = (ADDRESS_CUE, BIRTH_CUE, FILE_CUE, PLATE_CUE, REGISTER_CUE, TRANSFER_CUE)
