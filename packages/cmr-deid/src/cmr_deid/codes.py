"""Code strings and coded concepts: only what the standard or a vendor defined stays.

A CS attribute that is kept holds defined terms of PS3.3 or a vendor's technique words; any other word of four
letters could be a name. A coded item holds a code in the form of its public scheme and a meaning made of known
words.
"""

import functools
import re

from cmr_deid.equipment import is_mixed
from cmr_deid.vocabulary import WORDS

DEFINED_TERMS = """
    original derived primary secondary mixed other axial localizer projection image angio time cine diffusion
    dixon flow encoded fluid attenuated fmri mode metabolite multiecho proton density realtime stir tagging
    temperature star velocity volume perfusion addition division masked maximum mean minimum multiplication
    none rcbf rcbv resampled deviation subtraction test score quantity
    monochrome palette color true range full partial identity inverse linear exact sigmoid
    sampled distorted render surface curved magnitude phase real imaginary unknown product research service
    gradient spin both radio freq frequency column row echo fast steady state
    free precession transverse reversed longitudinal acceleration slice select combination slab water
    silicon grid line resonance rectilinear radial spiral cartesian centric segmented reverse single
    prospective retrospective paced navigator breath hold gating tracking ordering scanning correction belt
    nasal probe sensor spirometer external internal marker amplitude start respir systole diastole undetermined
    interval loop rejection cosine squared fermi gaussian hamming hanning lorentzian lrntz trnsfm riesz tukey
    user defined directional bmatrix isotropic fractional relative ratio voxel plane body multicoil extremity
    whole head local normal first second level static field electric nerve stim pils sense smash grappa
    caipirinha interleaved ascending descending base apex anterior posterior left right biped quadruped
    cylindrical ellipsoidal weighted pre post contrast immediate dynamic delayed arterial capillary venous portal
    code numeric source passthru trigger
    temporal tiled sparse dcmr ncit ucum joint inspiration expiration peak nyquist borelocal
    """
VENDOR_TERMS = """
    norm dist filt mfsplit mosaic moco psir magir retro comp spat adap composed water fat opposed phase
    mprage complex tracew trace trac raw uniform uniformity csaparallel parallel truefisp relcbf edge inline msum
    asum minip mnip synthetic deep resolve pocs quality contour overlay
    fmap bmap r2map t2map t1map ecvmap velo scanoscope
    gems filtered vasc vasctof ramp memp resp asset hypersense hyperband promo diff flex ideal spsp
    tensor flair mrcp fluoro tricks lava fiesta ssfse cosmic magic propeller combined reformatted processed
    calibration
    eadc correl shim prep mask average averaged standard map maps unspecified fisp flash haste
    molli shmolli sasha mapping error residual fitted registered motion corrected
    """
_SHORT = frozenset(
    (
        *(
            "M",
            "P",
            "R",
            "I",
            "T1",
            "T2",
            "T2S",
            "TI",
            "TE",
            "MIP",
            "MPR",
            "CSA",
            "MAP",
            "B0",
            "B1",
            "FA",
            "SE",
        ),
        *(
            "IR",
            "PC",
            "ADC",
            "AND",
            "TO",
            "RF",
            "RGB",
            "YBR",
            "MAX",
            "MIN",
            "IP",
            "OD",
            "IN",
            "OUT",
            "FAT",
            "PCA",
        ),
        *("FFE", "TFE", "STD", "ECV", "SAX", "LAX", "3D", "2D", "4D", "CT", "RAW", "SUB", "AVG", "NO", "OF"),
    )
)
TERMS = frozenset(f"{DEFINED_TERMS} {VENDOR_TERMS}".split()) | frozenset(w for w in WORDS if len(w) > 3)

_NAMES = frozenset(
    """
    abu ali amy ana ann ben bob dan don eli eva gao guo guy ian ida jan jim joe kai kim lee leo lim liz luo meg ole
    ong ray rob ron roy sam sue tan tom udo ute uwe wei zoe
    """.split()  # noqa: SIM905
)
"""Names of three letters that are no term of MR; longer words must be known anyway."""

_MOST_DIGITS = 2
_CONTEXT = re.compile(r"(?!19|20)[0-9]{3,4}")
"""Number of a context group (PS3.16), and no year."""

_FORM = re.compile(r"[A-Za-z0-9_ .+\-/*]{1,16}")
_ISO = re.compile(r"ISO_1[0-9]{4}(?:_[0-9])?")
_NUMBERS = re.compile(
    r"[0-9]{5}|[0-9]{3}-[0-9]{4}|[0-9]{1,2}[A-Za-z]{3,9}[0-9]{2}|[0-9]+[-./][0-9]+[-./][0-9]"
)
_LETTERS, _RUNS = re.compile(r"[A-Za-z]+"), re.compile(r"[A-Za-z0-9]+")


_NOBODY: frozenset[str] = frozenset()
_DEFINED = frozenset(f"{DEFINED_TERMS} {VENDOR_TERMS}".split()) | frozenset(word.lower() for word in _SHORT)


@functools.lru_cache(maxsize=8192)
def clean_codes(text: str, forbidden: frozenset[str] = _NOBODY) -> str:
    """The values of a CS attribute that are defined terms; all of it, if all of them are.

    Args:
        text: the whole value.
        forbidden: case-folded words of the patient's names and numbers; where one of them is no defined term,
            the value that holds it goes.
    """
    parts = text.split("\\")
    known = [
        part
        for part in parts
        if not part.strip(" ") or (is_term(part.strip(" ")) and not _names(part, forbidden))
    ]
    if len(known) == len(parts):
        return text
    return "\\".join(part.strip(" ") for part in known if part.strip(" "))


def _names(part: str, forbidden: frozenset[str]) -> bool:
    return any(run in forbidden and run not in _DEFINED for run in _RUNS.findall(part.lower()))


def is_term(text: str) -> bool:
    """True if this one value of a CS attribute has the form of a code and holds known words only."""
    if _ISO.fullmatch(text):
        return True
    if not _FORM.fullmatch(text) or _NUMBERS.search(text) or any(map(is_mixed, _RUNS.findall(text))):
        return False
    if sum(c.isdigit() for c in text) > _MOST_DIGITS and not _CONTEXT.fullmatch(text):
        return False
    runs = [run.lower() for run in _LETTERS.findall(text)]
    if any(run in _NAMES or (len(run) > 3 and run not in TERMS) for run in runs):
        return False
    return " " not in text or all(_is_word(word) for word in text.upper().replace("_", " ").split())


def _is_word(word: str) -> bool:
    return word in _SHORT or word.isdigit() or any(len(run) > 3 for run in _LETTERS.findall(word))


_CODE_FORMS = {
    "DCM": r"1[0-3][0-9]{4}",
    "SCT": r"[1-9][0-9]{2,14}[01]0[0-9]",
    "SRT": r"[A-Z][0-9A-F]?-[0-9A-F]{4,5}|[1-9][0-9]{2,14}[01]0[0-9]",
    "SNM3": r"[A-Z][0-9A-F]?-[0-9A-F]{4,5}",
    "99SDM": r"[A-Z][0-9A-F]?-[0-9A-F]{4,5}",
    "UCUM": r"(?!.*[0-9]{3})[A-Za-z0-9%'\[\]{}./*^()-]{1,16}",
    "FMA": r"[0-9]{2,6}",
    "LN": r"[0-9]{1,5}-[0-9]",
    "RADLEX": r"RID[0-9]{1,6}",
    "NCIt": r"C[0-9]{3,6}",
    "UMLS": r"C[0-9]{7}",
}
"""Form of a code by coding scheme (PS3.16 section 8); a SNOMED concept ends in 00 or 10 and a check digit."""

_CODES = {scheme: re.compile(form) for scheme, form in _CODE_FORMS.items()}
CODING_SCHEMES = frozenset(_CODES)
"""Coding schemes whose codes are public; an item of another scheme may hold a hospital's own text."""

MEANINGS = frozenset(
    """
    acquisition adaptive addition aligned alternate brain class instance sop lung
    anatomic anatomical another application arterial atrial atrium at basic
    biplane bolus by cavity characteristics chronological clean clinical color combination components compression
    computed confidentiality content convolution coronary correlation cranial cubic curved dates data decubitus
    derivation descriptors detector device difference different dimeglumine direction distortion division
    drug during edge entire erect feet features file filtering fixed foot frame frames full fully
    gadobenate gadobutrol gadodiamide gadopentetate gadoterate gadoteridol gadoversetamide gadoxetate graphics
    gantry headfirst head hounsfield identity information input institution intensity intravenous intra kilogram
    linear longitudinal lossless lossy lower lumen magnetic mask masking maximum mean meglumine meter
    milligram milliliter millimeter millimeters millimole millisecond milliseconds minimum minute modified
    modifying equipment multiplanar multiplication neck nuclear operation option orientation other pair parallel patient
    pelvis percent per pixel pixels position predecessor private processing procedure profile projection
    prescribed proton purpose quantity ratio recognizable recumbent reformatting region registration relaxation
    relationship resampling resonance retain route safe same second segment selective semierect sequence shared
    signal site skeletal source spatial square standard structure structured subtractive sum superimposed surface
    temporal thoracic time tissue trunk uncompressed unit units uids unspecified upper used value vascular vena
    cava venous ventricle ventricles ventricular versus visual weighted
    """.split()  # noqa: SIM905
)
"""Words of the meanings of public codes that an MR image of the heart uses, beside those of technique."""

_MEANING = re.compile(r"[A-Za-z0-9 (),/.%*-]{1,64}")
_UCUM_WORD = re.compile(r"[A-Za-z]{4,}")
_UCUM_WORDS = frozenset(("mmol", "umol", "beats", "counts", "ratio", "hnsf", "score"))


def is_public_code(scheme: str, value: str) -> bool:
    """True if the coding scheme is public and the value has the form of its codes."""
    form = _CODES.get(scheme)
    if form is None or not form.fullmatch(value):
        return False
    return scheme != "UCUM" or all(w.lower() in _UCUM_WORDS for w in _UCUM_WORD.findall(value))


def clean_meaning(text: str) -> str:
    """A code's meaning if it is made of known words, else nothing: half a meaning would be another one."""
    if not _MEANING.fullmatch(text) or _NUMBERS.search(text):
        return ""
    known = all(word in MEANINGS or word in WORDS for word in _LETTERS.findall(text.lower()) if len(word) > 1)
    return text if known else ""
