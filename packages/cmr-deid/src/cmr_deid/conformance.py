"""The conformance statement that PS3.15 E.1.3 asks for, written from the tables that the engine works by.

Nothing is typed here that a table knows: actions by attribute and IOD, options, codes, private attributes, sizes of
the vocabularies. What is prose is what no table says: how UIDs, dates and dummies come about, and where we differ.
"""

from collections import Counter, defaultdict

from cmr_deid import mr_layer
from cmr_deid.changes import label
from cmr_deid.codes import CODING_SCHEMES, MEANINGS, TERMS
from cmr_deid.elements import vr_of_tag
from cmr_deid.equipment import WORDS as EQUIPMENT
from cmr_deid.identities import DATE_OFFSET_RANGE_DAYS
from cmr_deid.layers import CLAIMED, tags_of
from cmr_deid.marks import CODES
from cmr_deid.pages import Block, Heading, Paragraph, Table, as_html, as_markdown
from cmr_deid.profile import SOP_CLASSES, Act, DeidProfile, Rule
from cmr_deid.safe_private import SAFE_PRIVATE
from cmr_deid.standard import attribute_types, table_e1_1, table_e3_10_1, table_tcia
from cmr_deid.tables import E1_1, E1_1_PATTERNS, places_of
from cmr_deid.values import dummy
from cmr_deid.vocabulary import WORDS

TITLE = "Conformance statement of de-identification"
_IODS = ("MR Image", "Enhanced MR Image", "Legacy Converted Enhanced MR Image")
_WORDS = {
    Act.KEEP: "kept",
    Act.CLEAN_TEXT: "cleaned: known words of equipment and sequence",
    Act.CLEAN_WORDS: "cleaned: known words of technique",
    Act.SHIFT: "date moved",
    Act.REMAP: "UID replaced",
    Act.RECURSE: "kept, items de-identified",
    Act.EMPTY: "emptied",
    Act.DUMMY: "replaced by a dummy",
    Act.REMOVE: "removed",
    Act.SUBJECT: "replaced by the pseudonym",
    Act.DEVICE: "replaced by a keyed name",
    Act.SEX: "kept: M, F or O",
    Act.AGE: "made coarser: age",
    Act.SIZE: "made coarser: height",
    Act.WEIGHT: "made coarser: weight",
    Act.CHARACTER_SET: "replaced: all text is plain ASCII",
    Act.MARK: "written anew",
    Act.CODE: "kept, codes of public schemes",
}
_OPTIONS = (
    ("113100", "Basic Application Confidentiality Profile", "applied"),
    (
        "113101",
        "Clean Pixel Data",
        "applied, and claimed, only where the pixels of the instance were looked at",
    ),
    ("113102", "Clean Recognizable Visual Features", "not applied; images of the head are not taken"),
    ("113103", "Clean Graphics", "not applied; overlays and curves are removed"),
    ("113104", "Clean Structured Content", "not applied; structured reports are not taken"),
    ("113105", "Clean Descriptors", "applied by an allow-list of words"),
    ("113106", "Retain Longitudinal Temporal Information Full Dates", "not applied"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates", "applied"),
    ("113108", "Retain Patient Characteristics", "applied; values are made coarser"),
    ("113109", "Retain Device Identity", "not applied; serial numbers become keyed names"),
    ("113110", "Retain UIDs", "not applied"),
    ("113111", "Retain Safe Private", "applied by an allow-list; values are checked and cleaned"),
    ("113112", "Retain Institution Identity", "not applied"),
)
_DIFFERENCES = (
    "Stricter: an attribute that neither Table E.1-1 nor the list of MR attributes below names is removed.",
    "Stricter: of the attributes that the options applied would keep, those that an MR image does not need are "
    "removed, dates of calibration of devices among them.",
    "Stricter: a user-optional module (clinical trial, specimen, device ...) goes as a whole.",
    "Stricter: a kept value that does not have the form of its VR, or a number of absurd size, is removed.",
    "Different: Referenced Image and Source Image Sequence stay with replaced UIDs, also where they are Type 3; "
    "planning and derived series refer by them.",
    "Different: Device Serial Number is replaced by a keyed name also where it is Type 3; scanner effects need it.",
    "Different: Burned In Annotation keeps the source's NO where the IOD asks for it (Enhanced MR), without a claim.",
    "Different: times of day stay as they are (PS3.15 E.3.6, note 4: time-intensity curves).",
)


def conformance_markdown(profile: DeidProfile) -> str:
    """The statement as Markdown."""
    return as_markdown(TITLE, _blocks(profile))


def conformance_html(profile: DeidProfile) -> str:
    """The statement as HTML that stands alone."""
    return as_html(TITLE, _blocks(profile))


def _blocks(profile: DeidProfile) -> list[Block]:
    return [
        *_about(profile),
        *_options(),
        *_handling(),
        *_dummies(),
        Heading("Where this differs from the table"),
        *(Paragraph(text) for text in _DIFFERENCES),
        *_standard_attributes(profile),
        *_mr_attributes(profile),
        *_private_attributes(),
        *_words(),
    ]


def _about(profile: DeidProfile) -> list[Block]:
    sources = (
        ("PS3.15 Table E.1-1 (actions, option columns)", table_e1_1.EDITION, table_e1_1.SOURCE_SHA256),
        ("PS3.15 Table E.3.10-1", table_e3_10_1.EDITION, table_e3_10_1.SOURCE_SHA256),
        ("TCIA private tag knowledge base", table_tcia.EDITION, table_tcia.SOURCE_SHA256),
        ("PS3.3 attribute types by IOD and place", attribute_types.EDITION, attribute_types.SOURCE_SHA256),
    )
    blocks: list[Block] = [
        Paragraph(
            f"Profile {profile.id}, digest {profile.digest}. Written from the tables of the software (PS3.15 E.1.3). "
            "The output is coded data about persons: the center can find them again, and so may whoever knows enough "
            "of their exams. This statement says what is done and claims no more than that."
        ),
        Table(("Source", "Edition", "SHA-256"), sources),
        Paragraph("Attributes newer than the option columns have none and follow the basic action."),
        Table(
            ("SOP class that is taken", "UID"),
            tuple(zip((f"{name} Storage" for name in _IODS), SOP_CLASSES, strict=True)),
        ),
    ]
    if profile.center.acts:
        rules = tuple((line.partition(": ")[0], line.partition(": ")[2]) for line in profile.center.lines())
        blocks += [Heading("Rules that this center added"), Table(("Attribute", "Done"), rules)]
    return blocks


def _options() -> list[Block]:
    codes = ", ".join(code for code, _ in CODES)
    return [
        Heading("Profile and options"),
        Table(("Code", "Name", "Here"), _OPTIONS),
        Paragraph(
            f"(0012,0064) holds those of {codes} that were applied to the instance. (0012,0062) is YES, (0028,0303) "
            "MODIFIED; (0012,0063) names profile and edition, key generation, exam and seal, and of an earlier tool's "
            "statement the words of a closed list. Contributing Equipment (0018,A001) holds one item, de-identifying "
            "equipment (DCM 109104), without place, station or time."
        ),
    ]


def _handling() -> list[Block]:
    low, high = DATE_OFFSET_RANGE_DAYS
    return [
        Heading("UIDs, dates and persons"),
        Paragraph(
            "UIDs: 2.25 and the decimal of a UUID made from HMAC-SHA256 of the original under the center's key; the "
            "same original gives the same UID in every run. UIDs of the standard itself stay."
        ),
        Paragraph(
            f"Dates: moved by {-high} to {-low} whole days back, the same number for all dates of a patient, by HMAC "
            "of the patient's number. Distances stay exact, times of day unchanged, zones are removed. A date that is "
            "none of the calendar becomes a dummy, empty or is removed, by the attribute's type."
        ),
        Paragraph(
            "Persons: name and number become a pseudonym of 16 letters and a check letter. Ages are exact below 90 "
            "years, 90 from there on, in months below two years; height to 0.5 cm, weight to 0.5 kg (0.1 kg below "
            "20 kg)."
        ),
        Paragraph(
            "Conditional actions (X/Z, X/D, X/Z/D, Z/D) are resolved at the place where the attribute stands, nested "
            "sequences included: Type 1 is replaced by a dummy, Type 2 emptied, Type 3 removed. An attribute that the "
            "IOD does not have at that place counts as Type 3."
        ),
        Paragraph(
            "Also removed: preamble and file meta information of the source, group 0004, digital signatures, original "
            "attributes, icons, attributes of unknown, retired or odd groups, bytes after the data set, and in "
            "compressed streams what is no image."
        ),
    ]


def _dummies() -> list[Block]:
    shown = {"DA": 0x0040A121, "DT": 0x00080106, "TM": 0x0040A122, "PN": 0x0040A123, "LO": 0x00181020}
    rows = tuple((vr, dummy(vr, tag).decode("ascii").strip()) for vr, tag in shown.items())
    return [
        Heading("Dummy values"),
        Table(("VR", "Dummy"), (*rows, ("other text", "REMOVED"), ("sequence", "no item"))),
        Paragraph(
            "A measurement that cannot be read has no dummy and is removed: a made-up one would be wrong."
        ),
    ]


def _standard_attributes(profile: DeidProfile) -> list[Block]:
    tops = [profile.rules_at(uid, ()) for uid in SOP_CLASSES[:2]]
    inside, elsewhere = profile.rules_at("", ()), _acts_inside(profile)
    rows = tuple(
        (
            label(tag)[:11],
            row.name,
            row.basic,
            ", ".join(f"{sign} {CLAIMED[name]}" for name, sign in row.options.items() if name in CLAIMED),
            *(_WORDS[rules[tag].act] for rules in (*tops, inside)),
            ", ".join(_WORDS[act] for act in sorted(elsewhere[tag] - {r[tag].act for r in (*tops, inside)})),
        )
        for tag, row in sorted(E1_1.items())
    )
    counts = Counter(row[4] for row in rows)
    patterns = ", ".join(f"{row.name} ({name})" for name, row in E1_1_PATTERNS.items() if name != "private")
    return [
        Heading("Attributes of Table E.1-1"),
        Paragraph(f"Rows of many tags that are removed: {patterns}. Private attributes: see below."),
        Paragraph(
            "What is kept must have the form of its VR. File meta information (group 0002) is written anew."
        ),
        Table(("In an MR Image", "Attributes"), tuple((done, str(n)) for done, n in counts.most_common())),
        Table(
            (
                "Tag",
                "Name",
                "Basic",
                "Options",
                "MR Image",
                "Enhanced MR Image",
                "Where the IOD has it not",
                "Elsewhere",
            ),
            rows,
        ),
    ]


def _acts_inside(profile: DeidProfile) -> dict[int, set[Act]]:
    """What becomes of the attributes of the table at all places of the accepted IODs."""
    found: dict[int, set[Act]] = defaultdict(set)
    seen: set[int] = set()
    for sop_class in SOP_CLASSES:
        for path in places_of(sop_class):
            rules = profile.rules_at(sop_class, path)
            if id(rules) not in seen:
                seen.add(id(rules))
                for tag in E1_1:
                    found[tag].add(rules[tag].act)
    return found


def _mr_attributes(profile: DeidProfile) -> list[Block]:
    rows = tuple(
        (label(tag), vr_of_tag(tag), group, _WORDS[rule.act])
        for group, keywords in mr_layer.KEPT.items()
        for tag in sorted(tags_of(keywords))
        for rule in (_of(profile, tag),)
    )
    return [
        Heading("Other attributes that stay"),
        Paragraph(
            "Attributes outside Table E.1-1 that an MR image needs. All others are removed: "
            f"{len(profile.kept())} attributes may stand in an output, those of the table included."
        ),
        Table(("Attribute", "VR", "Purpose", "Done"), rows),
    ]


def _of(profile: DeidProfile, tag: int) -> Rule:
    return profile.rules_at(SOP_CLASSES[1], ())[tag]


def _private_attributes() -> list[Block]:
    places: dict[tuple[str, int], list[str]] = defaultdict(list)
    for (creator, group, element), safe in sorted(SAFE_PRIVATE.items()):
        places[creator, group].append(f"{element:02X} {safe.vr}")
    rows = tuple((creator, f"{group:04X}", ", ".join(kept)) for (creator, group), kept in places.items())
    return [
        Heading("Private attributes that stay"),
        Paragraph(
            "By creator, group, element, VR, number of values and form of the value; all other private attributes are "
            "removed. What science needs of the others is read before into acquisition facts beside the images."
        ),
        Table(("Creator", "Group", "Elements with VR"), rows),
    ]


def _words() -> list[Block]:
    rows = (
        ("technique (descriptors)", str(len(WORDS))),
        ("equipment", str(len(EQUIPMENT))),
        ("terms of code strings", str(len(TERMS))),
        ("meanings of codes", str(len(MEANINGS))),
    )
    return [
        Heading("Words and codes that stay"),
        Paragraph(
            f"Coding schemes whose codes stay: {', '.join(sorted(CODING_SCHEMES))}. Items of others are removed."
        ),
        Table(("Vocabulary", "Words"), rows),
    ]
