"""Words of headers and cells in five languages (English, German, Spanish, French, Italian), as hospitals write them."""

import csv
import functools
import io
import re
import unicodedata
from collections.abc import Mapping
from importlib import resources

from cmr_dictionary.missing import Missing

NOTHING = frozenset(
    {"", "-", "--", "---", ".", "..", "?", "nan", "null", "none given", "#n/a", "n/a", "na", "nil"}
)
"""Cells that say nothing in any table: which of the five reasons is meant, none of them tells."""

MISSING = {
    **dict.fromkeys((
        "unk", "unbekannt", "desconocido", "desconocida", "inconnu", "inconnue", "sconosciuto", "non noto",
        "se desconoce", "not known", "unclear", "unklar"), Missing.UNKNOWN.value),
    **dict.fromkeys((
        "not reported", "not documented", "keine angabe", "k.a.", "k. a.", "ka", "nicht dokumentiert", "no informado",
        "no consta", "non renseigné", "nr", "non documenté", "non riportato", "not stated", "no documentado"),
        Missing.NOT_REPORTED.value),
    **dict.fromkeys((
        "not done", "not acquired", "not performed", "nicht durchgeführt", "nicht gemacht",
        "no realizado", "no realizada", "non fait", "non réalisé", "non eseguito", "not measured", "nicht gemessen"),
        Missing.NOT_ACQUIRED.value),
    **dict.fromkeys((
        "not applicable", "entfällt", "nicht zutreffend", "no aplica", "sans objet", "non applicable",
        "non applicabile", "n.z."), Missing.NOT_APPLICABLE.value),
    **dict.fromkeys(("withheld", "refused", "verweigert", "rechazado", "refusé"), Missing.WITHHELD.value),
}  # fmt: skip
YES_NO = {
    **dict.fromkeys(("ja", "j", "si", "sí", "s", "oui", "o", "vrai", "wahr", "verdadero", "vero", "positive", "positiv",
                     "present", "vorhanden", "+"), "1"),
    **dict.fromkeys(("nein", "non", "falsch", "faux", "falso", "negative", "negativ", "absent", "keine", "kein"), "0"),
}  # fmt: skip
ANSWERS_OF = {
    "sex": {
        **dict.fromkeys(("m", "male", "man", "männlich", "mann", "masculino", "hombre", "varón", "homme", "masculin",
                         "maschio", "uomo", "h"), "M"),
        **dict.fromkeys(("f", "female", "woman", "weiblich", "frau", "w", "femenino", "mujer", "femme", "féminin",
                         "femmina", "donna"), "F"),
        **dict.fromkeys(("d", "divers", "diverse", "other", "otro", "autre", "altro"), "O"),
    },
    "nyha": {**dict(zip(("i", "ii", "iii", "iv"), "1234", strict=True)),
             **dict(zip(("nyha i", "nyha ii", "nyha iii", "nyha iv"), "1234", strict=True))},
    "hx_smoking": {
        **dict.fromkeys(("never", "nie", "nunca", "jamais", "mai", "never smoker", "nichtraucher"), "0"),
        **dict.fromkeys(("former", "ex", "ex-smoker", "ehemals", "ex-raucher", "exfumador", "ancien", "ex-fumatore"),
                        "1"),
        **dict.fromkeys(("current", "aktuell", "raucher", "fumador", "actuel", "fumeur", "fumatore", "attuale"), "2"),
    },
    "patient_class": {
        **dict.fromkeys(("stationär", "hospitalizado", "hospitalisé", "ricoverato"), "I"),
        **dict.fromkeys(("ambulant", "ambulatorio", "ambulatoire", "ambulatoriale"), "O"),
        **dict.fromkeys(("notfall", "urgencia", "urgence", "urgenza"), "E"),
    },
    "scanner_vendor": {
        **dict.fromkeys(("siemens healthineers", "siemens healthcare", "siemens medical"), "1"),
        **dict.fromkeys(("philips healthcare", "philips medical systems"), "2"),
        **dict.fromkeys(("ge medical systems", "ge healthcare", "gehc"), "3"),
        **dict.fromkeys(("toshiba", "canon medical"), "4"),
    },
}  # fmt: skip
LANGUAGES = {"en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian"}


def plain(text: str) -> str:
    """Words of a text in lower case, without accents and signs, one blank between them."""
    bare = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("²", "2").replace("%", " pct "))
    letters = "".join(sign for sign in bare if not unicodedata.combining(sign)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", letters))


@functools.cache
def column_words() -> Mapping[str, tuple[str, str]]:
    """Plain words of a header -> target (item or key) and language; a phrase of two targets stands for neither."""
    text = (resources.files("cmr_dictionary") / "data" / "column_words.csv").read_text(encoding="utf-8")
    found: dict[str, tuple[str, str]] = {}
    twice: set[str] = set()
    for row in csv.DictReader(io.StringIO(text)):
        for phrase in row["words"].split("|"):
            word = plain(phrase)
            if word in found and found[word][0] != row["target"]:
                twice.add(word)
            found.setdefault(word, (row["target"], row["language"]))
    return {word: meant for word, meant in found.items() if word not in twice}
