"""The rules of the profile in groups that a board can read: what is removed and why, counted from the "
"tables.
"""

import re
from collections import Counter
from dataclasses import dataclass

from pydicom.datadict import dictionary_description, dictionary_has_tag

from cmr_deid.changes import label
from cmr_deid.elements import vr_of_tag
from cmr_deid.explain import ACTION_OF_ACT, SENTENCES
from cmr_deid.profile import Act, DeidProfile, Rule
from cmr_deid.sheets import title_inside

_KEPT = frozenset((Act.KEEP, Act.RECURSE, Act.CODE))
_N_EXAMPLES = 4
_STANDARD = re.compile(r"E\.1-1 (?P<codes>[A-Z/*]+)(?:, (?P<option>[KC])(?![a-z]))?")
_TELLING_VRS = frozenset(("PN", "UI", "DA", "DT", "TM"))
_PATIENT_GROUP = 0x0010


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str
    why: str
    keywords: re.Pattern[str]
    vrs: frozenset[str] = frozenset()


_KINDS = (
    _Kind(
        "Names of persons",
        "A name identifies directly. The patient's name becomes a pseudonym, every other name goes.",
        re.compile(
            r"Physician|Operator|Observer|Person(Name|Address|Tele|Ident)|Nurse|Author|Reviewer|Responsible"
        ),
        frozenset(("PN",)),
    ),
    _Kind(
        "Numbers of patient, order and visit",
        "The hospital's numbers lead straight back to the record. The patient number becomes the pseudonym.",
        re.compile(
            r"PatientID|AccessionNumber|(Admission|Study|Visit|Order|Episode|Procedure|Step|Record)\w*(ID|IDs|Number|Locator)"
            r"|IssuerOf|OtherPatient|Insurance|ClinicalTrial|TrialSubject"
        ),
    ),
    _Kind(
        "Address, origin, private life",
        "They narrow down who it is, and CMR research does not need them.",
        re.compile(
            r"Address|Telephone|Telecom|Mail|Residence|Occupation|Religi|Ethnic|Mother|Birth|Military|Language"
            r"|Gender|Pronoun|NameToUse|SexualOr|Smoking|Pregnan|LastMenstrual|Allerg|SpecialNeeds|Owner|Species|Breed|^GPS|Alerts"
        ),
    ),
    _Kind(
        "Hospital, department, station",
        "Small centers identify. The registry knows the center by its code, outside the images.",
        re.compile(r"Institution|Department|Station|Location|AETitle|Ward|Organization|Facility|Site"),
    ),
    _Kind(
        "Devices",
        "A serial number with a date leads to a scanner's log. Maker, model and software stay; the "
        "serial number "
        "becomes a keyed name.",
        re.compile(
            r"Serial|Device|Gantry|Detector|Plate|Cassette|Calibration|UDI|Equipment|Source(Manufacturer|Strength)"
        ),
    ),
    _Kind(
        "Dates and times",
        "Dates move by a number of days fixed for each patient, so that intervals stay exact. Dates that "
        "no MR image "
        "needs go. Times of day stay: contrast timing needs them.",
        re.compile(r"(Date|Time|DateTime)$"),
        frozenset(("DA", "DT", "TM")),
    ),
    _Kind(
        "UIDs",
        "Scanners write serial number, date and time into UIDs. Those that an image needs become keyed "
        "ones, the "
        "same wherever they occur; others go.",
        re.compile(r"UID$"),
        frozenset(("UI",)),
    ),
    _Kind(
        "Patient characteristics",
        "Sex, age, height and weight are needed to index volumes. They are coarsened: 90 and above as "
        "90, height "
        "to 0.5 cm, weight to 0.5 kg.",
        re.compile(r"^Patient(Sex|Age|Size|Weight)$"),
    ),
    _Kind(
        "Free text and descriptions",
        "Anything may stand in a free text. Of descriptions only known words of CMR technique stay; "
        "comments go.",
        re.compile(
            r"Description|Comment|Text|Label|Reason|History|Remark|Name$|Notes?$|Interpretation|Explanation"
        ),
        frozenset(("LT", "UT", "ST")),
    ),
    _Kind(
        "Overlays, signatures, earlier values",
        "They can hold text as graphics, certificates of persons, or what an earlier tool took away.",
        re.compile(r"Overlay|Curve|Graphic|Signature|Certificate|MAC|Icon|Original|Modified|Encrypted|Audio"),
    ),
)
_PRIVATE_LIFE = next(kind for kind in _KINDS if kind.title.startswith("Address"))
_TEXTS = next(kind for kind in _KINDS if kind.title.startswith("Free text"))
_MARKS = _Kind(
    "Statements about de-identification",
    "Written anew by the engine: what was done, with which profile, and that all text is plain ASCII.",
    re.compile(""),
)
_OTHER = _Kind(
    "Other attributes of other kinds of images",
    "Table E.1-1 names them; an MR image of the heart has no use for them.",
    re.compile(""),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Attributes of one kind that do not leave as they are.

    Attributes:
        title, why: in words.
        actions: how many attributes by what happens.
        examples: names of some of them.
    """

    title: str
    why: str
    actions: Counter[str]
    examples: tuple[str, ...]

    @property
    def happens(self) -> str:
        """`41 removed, 2 emptied`."""
        return ", ".join(f"{self.actions[a]} {title_inside(a)}" for a in SENTENCES if self.actions[a])


def changed_rules(profile: DeidProfile) -> dict[int, Rule]:
    """Rules of attributes that do not leave as they are, by tag."""
    return {tag: rule for tag, rule in sorted(profile.rules.items()) if rule.act not in _KEPT}


def kept_rules(profile: DeidProfile) -> dict[int, Rule]:
    """Rules of attributes that leave as they are, or whose items do."""
    return {tag: rule for tag, rule in sorted(profile.rules.items()) if rule.act in _KEPT}


def groups_of(profile: DeidProfile) -> tuple[Group, ...]:
    """What does not leave as it is, in groups; every changed rule stands in exactly one."""
    members: dict[str, list[int]] = {}
    rules = changed_rules(profile)
    for tag in rules:
        members.setdefault(_kind_of(tag, rules[tag]).title, []).append(tag)
    return tuple(
        Group(
            kind.title,
            kind.why,
            Counter(action_of(rules[tag].act) for tag in members[kind.title]),
            tuple(name_of(tag) for tag in _examples(members[kind.title], rules)),
        )
        for kind in (*_KINDS, _MARKS, _OTHER)
        if kind.title in members
    )


def action_of(act: Act) -> str:
    """The action that an act stands for."""
    return "kept" if act is Act.KEEP else ACTION_OF_ACT.get(act, "replaced")


def name_of(tag: int) -> str:
    """The name of an attribute as DICOM PS3.6 writes it."""
    return dictionary_description(tag) if dictionary_has_tag(tag) else "(newer than the dictionary)"


def rule_rows(rules: dict[int, Rule]) -> tuple[tuple[str, str, str], ...]:
    """Number, name, and what happens by which rule, for the appendix."""
    return tuple((label(tag)[:11], name_of(tag), _shortly(rule)) for tag, rule in rules.items())


def _shortly(rule: Rule) -> str:
    happens = title_inside(action_of(rule.act))
    match = _STANDARD.match(rule.why)
    if match is None:
        return f"{happens}: {rule.why.replace('MR layer: ', '', 1)}"
    option = f", {match['option']}" if match["option"] else ""
    return f"{happens} ({match['codes']}{option}{'*' if 'stricter' in rule.why else ''})"


def _kind_of(tag: int, rule: Rule) -> _Kind:
    if rule.act in (Act.MARK, Act.CHARACTER_SET):
        return _MARKS
    keyword, vr = label(tag).partition(" ")[2], vr_of_tag(tag)
    by_vr = next((kind for kind in _KINDS if vr in kind.vrs), None)
    if by_vr is not None and vr in _TELLING_VRS:
        return by_vr
    by_word = next((kind for kind in _KINDS if kind.keywords.search(keyword)), by_vr)
    if by_word is None and rule.act in (Act.CLEAN_TEXT, Act.CLEAN_WORDS):
        return _TEXTS
    if by_word is None and tag >> 16 == _PATIENT_GROUP:
        return _PRIVATE_LIFE
    return by_word or _OTHER


def _examples(tags: list[int], rules: dict[int, Rule]) -> list[int]:
    """Those that a reader knows first: what is not removed, then what stands low in the file."""
    named = [tag for tag in tags if dictionary_has_tag(tag)]
    return sorted(named, key=lambda tag: (rules[tag].act is Act.REMOVE, tag))[:_N_EXAMPLES]
