"""Identified tables in disguise: a clean table with one thing in it that could name a patient or tell a date."""

import base64
import datetime
import html
import urllib.parse

from cmr_deid.identities import check_character
from cmr_registry.intake.tests.table_factories import as_csv, as_xlsx, rows_of

COLUMNS = {
    "English": "name|patient name|last_name|PatientName|initials|date of birth|dob|BirthDate|mrn|medical record number|"
    "patient id|accession number|order no|address|street|zip code|phone|mobile|e-mail|ssn|insurance number|exam date|"
    "study_date|admission date|date of death|comment|referring physician",
    "German": "Name|Nachname|Vorname|Patient|Geburtsdatum|Geb.-Dat.|PatNr|Fallnummer|Auftragsnummer|Adresse|Straße|PLZ|"
    "Wohnort|Telefon|Handy|Versicherungsnummer|Krankenkasse|Untersuchungsdatum|Aufnahmedatum|Todestag|Bemerkung|Befund",
    "Spanish": "nombre|apellidos|fecha de nacimiento|nacimiento|número de historia|NHC|dirección|teléfono|correo|DNI|"
    "NIE|seguridad social|fecha del estudio|fecha de alta|observaciones|médico",
    "French": "nom|prénom|date de naissance|DDN|IPP|numéro de dossier|adresse|ville|téléphone|courriel|NIR|"
    "carte vitale|date de l'examen|date de décès|commentaire",
    "Italian": "nome|cognome|data di nascita|codice fiscale|tessera sanitaria|cartella clinica|indirizzo|telefono|"
    "data esame|ricovero|note|referto",
    "others": "naam|geboortedatum|efternamn|personnummer|nazwisko|PESEL|apelido|data de nascimento|fødselsdato|"
    "имя|姓名|出生日期|שם|الاسم|x|column1|q7|lv_edv_ml2",
}  # fmt: skip
"""Names of columns by language."""
OF_THE_CENTER = (
    "local_mrn",
    "birth_date",
    "accession_number",
    "exam_date",
    "report_text",
    "registry_id",
    "reader_id",
)
"""Items of the dictionary that stay at the center."""
DATES = (
    "1953-04-12", "12.04.1953", "04/12/1953", "12/4/53", "19530412", "12041953", "120453", "12-APR-1953",
    "12 avril 1953", "12. April 1953", "April 12, 1953", "12 de abril de 1953", "12 aprile 1953",
    "1953-04-12T08:15:00Z", "1953", "2019", "04/2019", "Q2 2019", "2019-W15", "1555056000",
    "1555056000000", "43567", "43567.34375", "2458586.5", "2019102", "12,04,1953", "12 04 1953",
    "1953_04_12", "3591-40-21", "2.0190412E7", "0x7E3040C", "born 1953", "66y3m", "today", "MCMLIII",
    "१९५३", "１９５３０４１２", "19530412.0", "-19530412",
)  # fmt: skip
"""A day or a year in place of a value."""
TEXTS = (
    "Doe", "Jane Doe", "DOE^JANE", "Doe, Jane", "Müller", "MUELLER", "García López", "J.D.", "Mrs. Doe", "Patient Jane",
    "severe, as seen by Dr. Schmidt", "normal (Hans Müller)", "1 Doe", "yes Jane", "eoD enaJ", "D o e", "D\u200boe",
    "Doe\u00a0Jane", "D&ouml;e", "&#68;&#111;&#101;", "=\"Doe\"", "'Doe", "Doe\nJane", "Ｄｏｅ", "Дое", "ド エ", "ᴅᴏᴇ",
    "jane", "ross", "philips",
)  # fmt: skip
"""Names in place of a value."""
NUMBERS = (
    "4711082", "00471108", "MRN4711", "A-4711", "471-10-8291", "+49 30 1234567", "(030) 1234567", "030/1234567",
    "DE89370400440532013000", "jane@example.org", "https://example.org/4711", "10115 Berlin", "12 Main Street",
    "85 04 12 345 678 90", "1530499123456", "12345678Z", "RSSMRA53D12H501X", "1.2.276.0.7230010.3", "4711 0829",
    "550e8400-e29b-41d4-a716-446655440000", "ACC2019000123", "0055",
)  # fmt: skip
"""Local numbers, addresses and numbers of the state in place of a value."""
PSEUDONYMS = (
    "4711082", "Jane Doe", "DOE^JANE", "JANEDOEJANEDOEJAN", "19530412", "ABCDEFGHIJKLMNOPQ", "pat-0815", "", "NA",
    "MUELLERHANSPETERX",
)  # fmt: skip


def disguises():
    """(what it is, the table): every one must be refused."""
    for language, names in COLUMNS.items():
        for name in names.split("|"):
            yield f"a column called {name} ({language})", _with_column(name, "x")
    for name in OF_THE_CENTER:
        yield f"the item {name}, which stays at the center", _with_column(name, "1")
    yield from _cells()
    yield from _numbers_of_days()
    yield from _encoded()
    yield from _around()
    yield from _workbooks()


def _cells():
    for text in DATES:
        yield f"the date {text!r} among numbers", _with_cell("lv_edv_ml", text)
    for text in DATES[:24]:
        yield f"the date {text!r} among answers", _with_cell("final_diagnosis", text)
        if text not in ("1953", "2019"):  # so many days lie between two exams too
            yield f"the date {text!r} among days", _with_cell("day", text)
    for text in TEXTS:
        yield f"the name {text!r} among answers", _with_cell("final_diagnosis", text)
        if text != "philips":  # a maker of software too
            yield f"the name {text!r} in a text item", _with_cell("lv_software", text)
    for text in NUMBERS:
        yield f"the number {text!r} among numbers", _with_cell("lv_edv_ml", text)
        yield f"the number {text!r} among yes and no", _with_cell("lge_present", text)
    for text in PSEUDONYMS:
        yield f"{text!r} as a pseudonym", _with_cell("exam", text)


def _with_column(name, cell):
    return as_csv([{**row, name: cell} for row in rows_of()])


def _with_cell(column, cell):
    rows = rows_of()
    rows[3][column] = cell
    return as_csv(rows)


def _with_cells(column, cells):
    return as_csv([{**row, column: cell} for row, cell in zip(rows_of(len(cells)), cells, strict=True)])


def _numbers_of_days():
    days = [datetime.date(2019, 4, 12) + datetime.timedelta(61 * n) for n in range(6)]
    excel = [str((day - datetime.date(1899, 12, 30)).days) for day in days]
    unix = [str((day - datetime.date(1970, 1, 1)).days) for day in days]
    yield "dates of Excel as NT-proBNP", _with_cells("ntprobnp_pg_ml", excel)
    yield "dates of Excel as days", _with_cells("day", excel)
    yield "days since 1970 as an offset in hours", _with_cells("hct_offset_hours", unix)
    yield "days since 1970 as days", _with_cells("day", unix)
    early = [
        str((datetime.date(2005, 4, 12) + datetime.timedelta(61 * n) - datetime.date(1970, 1, 1)).days)
        for n in range(6)
    ]
    yield "early days since 1970 as days", _with_cells("day", early)
    yield (
        "years of birth as T1",
        _with_cells("native_t1_ms", ["1953", "1961", "1948", "1970", "1939", "1955"]),
    )
    yield (
        "local numbers of four digits as volumes",
        _with_cells("lv_edv_ml", ["4711", "4712", "5018", "5170", "3933", "7125"]),
    )
    yield (
        "running numbers as a heart rate",
        _with_cells("heart_rate_bpm", ["61", "62", "63", "64", "65", "66"]),
    )
    yield "dates behind the point", _with_cells("lv_edv_ml", [f"148.{day:%Y%m%d}" for day in days])
    yield "dates behind the point, day first", _with_cells("lv_edv_ml", [f"148.{day:%d%m%Y}" for day in days])
    yield "dates in a version of software", _with_cell("lv_software", "cvi42 12.04.53")
    yield "a year of an exam to come", _with_cell("exam_year", "2099")
    yield "a year of birth as the year of the exam", _with_cell("exam_year", "1953")
    letters = "JANEDOEMUELLERPQ"
    rows = rows_of()
    for row in rows:
        body = (row["exam"][:3] + letters)[:16].replace("0", "A")
        body = "".join(sign if sign.isalpha() else "Q" for sign in body)
        row["exam"] = body + check_character(body)
    yield "names as pseudonyms with a sound check character", as_csv(rows)


def _encoded():
    for text in ("Jane Doe", "1953-04-12", "MRN 4711082"):
        data = text.encode()
        for how, cell in {
            "base 64": base64.b64encode(data).decode(),
            "base 32": base64.b32encode(data).decode(),
            "base 85": base64.b85encode(data).decode(),
            "hexadecimal": data.hex(),
            "reversed": text[::-1],
            "entities": "".join(f"&#{byte};" for byte in data),
            "HTML": html.escape(f"<b>{text}</b>"),
            "a URL": urllib.parse.quote(text, safe="").replace("%20", "+"),
            "zero-width characters": "\u200b".join(text),
            "a soft hyphen": text[:3] + "\u00ad" + text[3:],
            "letters turned around": "\u202e" + text[::-1],
            "tags": "1" + "".join(chr(0xE0000 + byte) for byte in data),
            "full-width letters": "".join(
                chr(ord(sign) + 0xFEE0) if " " < sign < "~" else sign for sign in text
            ),
            "rot 13": text.translate(
                str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")
            )
            + "!",
            "JSON": f'{{"x": "{text}"}}',
        }.items():
            yield f"{text!r} in {how}", _with_cell("final_diagnosis", cell)


def _around():
    clean, rows = as_csv(rows_of()), rows_of()
    doe = "Doe;Jane;1953-04-12"
    yield "a line before the header", b"# exported for Jane Doe\r\n" + clean
    yield "a line that seems to say the delimiter", b"sep=, Jane Doe 1953-04-12\r\n" + clean
    yield "a line under the table", clean + b"Jane Doe\r\n"
    yield "a comment under the table", clean + b"# Jane Doe, 1953-04-12\r\n"
    yield "a second table under the first", clean + b"\r\n\r\nname,birth\r\nDoe,1953-04-12\r\n"
    yield (
        "a cell behind the last column",
        clean.replace(b"\r\n", b",Jane Doe\r\n").replace(b"lv_software,Jane Doe", b"lv_software"),
    )
    yield "a cell behind many empty ones", clean + b"," * 40 + b"Jane Doe\r\n"
    yield (
        "a column without a name",
        as_csv(rows).replace(b"lv_software\r\n", b"lv_software,,\r\n", 1).replace(b"\r\n", b",x\r\n"),
    )
    yield "a header with a name behind the item", clean.replace(b"lv_edv_ml", b"lv_edv_ml (Doe)")
    yield "a header with a date behind the item", clean.replace(b"lv_edv_ml", b"lv_edv_ml 2019-04-12")
    yield "a header with a zero-width character", clean.replace(b"lv_edv_ml", "lv_edv_ml\u200b".encode())
    yield "a header twice", as_csv(rows).replace(b"lv_esv_ml", b"lv_edv_ml", 1)
    yield "no header", clean.split(b"\r\n", 1)[1]
    yield "a header of names", clean.replace(b"subject,exam", b"Jane,Doe")
    yield "UTF-16 with a name", as_csv([{**row, "name": "Doe"} for row in rows], encoding="utf-16")
    yield (
        "UTF-16 with a name in a cell",
        as_csv([{**row, "final_diagnosis": "Doe"} for row in rows], encoding="utf-16"),
    )
    yield "a mark of UTF-8 and a name", as_csv([{**row, "Name": "Doe"} for row in rows], encoding="utf-8-sig")
    yield (
        "Latin-1 with a name",
        as_csv([{**row, "final_diagnosis": "Müller"} for row in rows], encoding="latin-1"),
    )
    yield "semicolons in one cell", _with_cell("final_diagnosis", doe)
    yield "a tab table with a name", as_csv([{**row, "nom": "Doe"} for row in rows], delimiter="\t")
    yield "a quoted cell of several lines", _with_cell("final_diagnosis", "1\nJane Doe\n1953")
    yield (
        "no pseudonym of the subject",
        as_csv([{k: v for k, v in row.items() if k != "subject"} for row in rows]),
    )
    yield "no pseudonym of the exam", as_csv([{k: v for k, v in row.items() if k != "exam"} for row in rows])
    yield "a PDF", b"%PDF-1.7\n1 0 obj\n(Jane Doe)\nendobj"
    yield "a DICOM file", b"\0" * 128 + b"DICM\x02\0\0\0UL\x04\0Doe^Jane"
    yield "a JSON file", b'[{"name": "Doe", "birth": "1953-04-12"}]'
    yield (
        "an HTML table",
        b"<table><tr><td>subject</td><td>exam</td></tr><tr><td>Jane</td><td>Doe</td></tr></table>",
    )
    yield "bytes behind the text", clean + b"\0\0Jane Doe"
    yield "nothing at all", b""


def _workbooks():
    rows, properties = rows_of(), "<cp:coreProperties xmlns:cp='c' xmlns:dc='d'>{}</cp:coreProperties>"
    yield "a workbook with a column of names", as_xlsx([{**row, "name": "Doe"} for row in rows])
    yield "a workbook with a name in a cell", as_xlsx([{**row, "final_diagnosis": "Doe"} for row in rows])
    yield "a workbook with a number as MRN", as_xlsx([{**row, "lv_edv_ml": 4711082} for row in rows])
    yield "a second sheet", as_xlsx(rows, others=[("Sheet2", "Jane Doe")])
    yield "a hidden sheet", as_xlsx(rows, others=[("Sheet2", "Jane Doe")], hidden=True)
    yield "an empty second sheet with a name", as_xlsx(rows, others=[("Jane Doe", "")])
    yield "the name of the sheet", as_xlsx(rows, sheet="Doe Jane")
    yield "comments", as_xlsx(rows, more={"xl/comments1.xml": "<comments><t>Jane Doe</t></comments>"})
    yield (
        "threaded comments",
        as_xlsx(rows, more={"xl/threadedComments/threadedComment1.xml": "<x>Jane Doe</x>"}),
    )
    yield "a picture", as_xlsx(rows, more={"xl/media/image1.png": "Jane Doe"})
    yield "a drawing", as_xlsx(rows, more={"xl/drawings/drawing1.xml": "<t>Jane Doe</t>"})
    yield "macros", as_xlsx(rows, more={"xl/vbaProject.bin": "Jane Doe"})
    yield "custom properties", as_xlsx(rows, more={"docProps/custom.xml": "<p>Jane Doe</p>"})
    yield "custom XML", as_xlsx(rows, more={"customXml/item1.xml": "<p>Jane Doe</p>"})
    yield (
        "a link to another workbook",
        as_xlsx(rows, more={"xl/externalLinks/externalLink1.xml": "<p>Doe</p>"}),
    )
    yield "a pivot cache", as_xlsx(rows, more={"xl/pivotCache/pivotCacheRecords1.xml": "<s v='Doe'/>"})
    yield "a folder", as_xlsx(rows, more={"Jane Doe/1953.txt": "x"})
    for tag in (
        "dc:title",
        "dc:subject",
        "dc:description",
        "cp:keywords",
        "cp:category",
        "dc:creator",
        "cp:lastModifiedBy",
    ):
        core = properties.format(f"<{tag}>Jane Doe</{tag}>")
        yield f"the document property {tag}", as_xlsx(rows, more={"docProps/core.xml": core})
    yield (
        "the company",
        as_xlsx(rows, more={"docProps/app.xml": "<Properties><Company>Doe Hospital</Company></Properties>"}),
    )
    yield (
        "a header for print",
        as_xlsx(rows, in_sheet="<headerFooter><oddHeader>Jane Doe</oddHeader></headerFooter>"),
    )
    yield (
        "a link",
        as_xlsx(rows, in_sheet='<hyperlinks><hyperlink ref="A1" location="x" tooltip="Doe"/></hyperlinks>'),
    )
    yield (
        "a list of choices",
        as_xlsx(rows, in_sheet="<dataValidations><dataValidation prompt='Doe'/></dataValidations>"),
    )
    yield (
        "a formula",
        as_xlsx(rows, cells='<row r="1"><c r="A1" t="str"><f>"Jane"&amp;"Doe"</f><v>subject</v></c></row>'),
    )
    yield "texts that no cell shows", as_xlsx(rows, strings=("Jane Doe",))
    yield (
        "a name in a format of numbers",
        as_xlsx(
            rows,
            styles='<styleSheet><numFmts><numFmt formatCode="&quot;Doe &quot;0"/></numFmts></styleSheet>',
        ),
    )
    yield "a comment of XML", as_xlsx(rows, in_sheet="<!-- Jane Doe -->")
    yield (
        "an entity of XML",
        as_xlsx(rows, more={"xl/sharedStrings.xml": '<!DOCTYPE s [<!ENTITY n "Doe">]><sst/>'}),
    )
    yield "a workbook that is no workbook", b"PK\x03\x04 Jane Doe"
    yield "a workbook of long ago", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Jane Doe"
