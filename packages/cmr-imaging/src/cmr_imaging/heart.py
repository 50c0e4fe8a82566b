"""Does a delivery look like an examination of the heart? Asked at the hospital before anything is queued.

One strong piece of evidence decides: cardiac gating with several phases or an R-R interval, a heart body
part, or words that only heart examinations carry. Head coverage is reported beside it, because a face can be
rebuilt from a head (deid-security.md); words or a body part of the head without a heart's own words are no
heart examination even when gated.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cmr_imaging.features import Features, features_of, is_gated
from cmr_imaging.headers import InstanceHeader
from cmr_imaging.text import normalized

HEART_WORDS = re.compile(
    r"\b(cmr|cardi\w*|heart|myocard\w*|ventric\w*|herz\w*|kardio\w*|coeur|cuore|corazon|cardiaque)\b"
)
CMR_WORDS = re.compile(
    r"\b(cine|lge|psir|molli\w*|shmolli|sasha|sa[xo]|shax|short ?ax\w*|[234] ?-?ch\w*|lvot|rvot|hla|vla|ecv|"
    r"ti ?scout|trufi|fiesta|b ?tfe|first ?pass|mde)\b"
)
HEAD_WORDS = re.compile(
    r"\b(brain|head|skull|crani\w*|neuro\w*|cerebr\w*|orbit\w*|pituitar\w*|sinus(es)?|"
    r"kopf|schadel|hirn|tete|testa|cabeza|mprage|mp ?rage|flair|bravo|bold|fmri|swi|dti)\b"
)
HEART_PARTS = ("HEART", "CARDIAC")
HEAD_PARTS = ("HEAD", "BRAIN", "SKULL", "FACE", "ORBIT", "HEADNECK")
CHEST_PARTS = ("CHEST", "THORAX", "MEDIASTINUM")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether this is an examination of the heart by magnetic resonance, and what speaks for and against it.

    Attributes:
        is_cmr: the verdict.
        evidence: fixed reason words, sorted; never text of the header.
        head_coverage: words or body part say that the head was imaged.
    """

    is_cmr: bool
    evidence: tuple[str, ...]
    head_coverage: bool


def looks_like_cmr(
    headers_by_series: Mapping[str, Sequence[InstanceHeader]], procedure_text: str = ""
) -> Verdict:
    """Judge one delivery.

    Args:
        headers_by_series: headers of each series, by any name of the series.
        procedure_text: study description and requested procedure, read at the hospital and not kept.
    """
    series = [headers for headers in headers_by_series.values() if headers]
    modalities = {h.modality for headers in series for h in headers if h.modality}
    words = _series_words(series)
    parts = {h.body_part for headers in series for h in headers}
    procedure = normalized(procedure_text)
    evidence = {
        "not_mr": bool(modalities) and "MR" not in modalities,
        "gated": any(_shows_gating(headers) for headers in series),
        "heart_body_part": bool(parts & set(HEART_PARTS)),
        "chest_body_part": bool(parts & set(CHEST_PARTS)),
        "heart_procedure": HEART_WORDS.search(procedure) is not None,
        "heart_words": HEART_WORDS.search(words) is not None,
        "cmr_words": CMR_WORDS.search(words) is not None or CMR_WORDS.search(procedure) is not None,
        "head_body_part": bool(parts & set(HEAD_PARTS)),
        "head_words": HEAD_WORDS.search(f"{words}{procedure}") is not None,
    }
    found = tuple(sorted(name for name, holds in evidence.items() if holds))
    return Verdict(_decide(set(found)), found, bool({"head_body_part", "head_words"} & set(found)))


def _decide(found: set[str]) -> bool:
    if "not_mr" in found:
        return False
    named = bool({"heart_body_part", "heart_procedure", "heart_words"} & found)
    if {"head_body_part", "head_words"} & found:
        return named and bool({"gated", "cmr_words"} & found)
    return named or "gated" in found or {"cmr_words", "chest_body_part"} <= found


def _series_words(series: Sequence[Sequence[InstanceHeader]]) -> str:
    texts = {text for headers in series for h in headers for text in (h.series_description, h.protocol_name)}
    return "".join(normalized(text) for text in sorted(texts))


def _shows_gating(headers: Sequence[InstanceHeader]) -> bool:
    """Gating that only a beating heart explains: phases of one heartbeat, or an R-R interval of a heart."""
    if not any(is_gated(header) for header in headers):
        return False
    features: Features = features_of(headers)
    phases = features.n_phases >= 2 and features.heartbeat_phases
    interval = any(300 <= (h.nominal_interval_ms or 0) <= 2500 for h in headers)
    return phases or interval
