"""Series recognition: three layers vote, one documented precedence decides, `unknown` is an answer.

Kind, in this order:
1. words that name a purpose which physics cannot see (`PURPOSES`: derived, localizer ...);
2. the header, where the table `OVERRULES` says that it knows better than the words (a cine named *stress*);
3. the words, unless they say cine and nothing moves (one phase only);
4. the header, where words say nothing; then geometry (a short-axis stack of ten phases or more is a cine).

View: words and geometry together. Words win, except against a short axis measured from five slices or more:
then short axis against long axis is decided by geometry, and so is one long-axis view against another when
the plane stands 45 degrees or more from the one that the words name. Kinds without a heart plane
(localizer, flow, angiography ...) take the view from their words, or a plain plane from geometry.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cmr_imaging.features import Features, features_of
from cmr_imaging.geometry import (
    ROTATIONS,
    SURE,
    GeometryReading,
    ShortAxis,
    distance_deg,
    geometry_of,
    short_axis_of,
    turned,
)
from cmr_imaging.headers import InstanceHeader
from cmr_imaging.kinds import Layer, SeriesKind, View
from cmr_imaging.physics import PhysicsRule, physics_of
from cmr_imaging.text import TextReading, read_text

K = SeriesKind
PURPOSES = frozenset({K.DERIVED, K.LIVER, K.LOCALIZER, K.TI_SCOUT, K.REALTIME})
BY_IMAGE_TYPE = frozenset({K.DERIVED, K.ECV_MAP, K.T1_MAP, K.T2_MAP, K.T2STAR})
OVERRULES: dict[SeriesKind, frozenset[SeriesKind]] = {
    K.CINE: BY_IMAGE_TYPE | {K.FLOW_PC, K.FLOW4D, K.TAGGING, K.LGE, K.TI_SCOUT, K.PERFUSION, K.REALTIME},
    K.PERFUSION: BY_IMAGE_TYPE | {K.CINE, K.LGE, K.FLOW_PC, K.FLOW4D},
    K.LGE: frozenset({K.DERIVED, K.ECV_MAP, K.CINE, K.TI_SCOUT, K.FLOW_PC}),
    K.MRA: BY_IMAGE_TYPE | {K.CINE, K.FLOW_PC, K.FLOW4D, K.LGE},
    K.BLACK_BLOOD_EDEMA: BY_IMAGE_TYPE | {K.CINE, K.FLOW_PC, K.LGE},
    K.FLOW_PC: frozenset({K.FLOW4D, K.DERIVED}),
    K.T1_MAP: frozenset({K.ECV_MAP, K.DERIVED}),
    K.T2_MAP: frozenset({K.DERIVED}),
    K.T2STAR: frozenset({K.DERIVED}),
    K.TAGGING: frozenset({K.DERIVED}),
}
"""Kinds of the header that overrule a kind of the words; kinds that are not listed keep their words."""
NO_HEART_PLANE = frozenset({K.LOCALIZER, K.FLOW_PC, K.FLOW4D, K.MRA, K.DERIVED, K.LIVER})
LONG_AXIS_VIEWS = frozenset({View.TWO_CHAMBER, View.THREE_CHAMBER, View.FOUR_CHAMBER})
PLAIN_VIEWS = frozenset({View.AXIAL, View.CORONAL, View.SAGITTAL})
FEWEST_CINE_PHASES = 2
WRONG_PLANE_DEG = 45.0


@dataclass(frozen=True, slots=True)
class Vote:
    """What one layer says; a layer that knows nothing does not vote.

    Attributes:
        layer: who votes.
        kind, view: `unknown` for the half that the layer does not tell.
        rule: the rule that spoke: order numbers of the text rules, or a name.
        confidence: 0 to 1, a rank and not a probability.
    """

    layer: Layer
    kind: SeriesKind
    view: View
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a series is, and why.

    Attributes:
        kind, view: the decision.
        votes: every vote, in the order text, header, geometry.
        n_positions, n_phases: of the largest stack; 0 positions without geometry.
    """

    kind: SeriesKind
    view: View
    votes: tuple[Vote, ...]
    n_positions: int
    n_phases: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """One series, measured once."""

    features: Features
    text: TextReading
    header: PhysicsRule | None


def recognize(
    headers: Sequence[InstanceHeader], exam: Sequence[Sequence[InstanceHeader]] = ()
) -> Recognition:
    """Recognize one series.

    Args:
        headers: headers of the series, in any order.
        exam: headers of the series of its exam, with or without this one; they give the short axis.
    """
    own = _read(headers)
    uids = {header.series_instance_uid for header in headers} - {""}
    others = (series for series in exam if series is not headers and not uids & _uids(series))
    return _recognized(own, _short_axis([own, *map(_read, others)]))


def recognize_exam(exam: Sequence[Sequence[InstanceHeader]]) -> tuple[Recognition, ...]:
    """Recognize all series of an exam, in the order given; each series is measured once."""
    readings = [_read(headers) for headers in exam]
    short_axis = _short_axis(readings)
    return tuple(_recognized(reading, short_axis) for reading in readings)


def _uids(headers: Sequence[InstanceHeader]) -> set[str]:
    return {header.series_instance_uid for header in headers}


def _read(headers: Sequence[InstanceHeader]) -> _Reading:
    descriptions = sorted({h.series_description for h in headers if h.series_description})
    protocols = sorted({h.protocol_name for h in headers if h.protocol_name and not _is_ge(h)})
    features = features_of(headers)
    return _Reading(features, read_text(*descriptions, *protocols), physics_of(features))


def _is_ge(header: InstanceHeader) -> bool:
    """GE writes the protocol of the whole exam into every series: its words say nothing about one of them."""
    return header.manufacturer.upper().startswith("GE")


def _short_axis(readings: Sequence[_Reading]) -> ShortAxis:
    """Series whose words or physics name another plane or purpose do not define the short axis."""
    hearts = [reading for reading in readings if _kind(reading, None) not in NO_HEART_PLANE]
    axis = short_axis_of(r.features for r in hearts if r.text.view in (View.UNKNOWN, View.SAX))
    return turned(axis, ((r.features, r.text.view) for r in hearts))


def _recognized(reading: _Reading, short_axis: ShortAxis) -> Recognition:
    geometry = geometry_of(reading.features, short_axis)
    kind = _kind(reading, geometry)
    return Recognition(
        kind=kind,
        view=_view(kind, reading.text.view, geometry, short_axis),
        votes=_votes(reading, geometry),
        n_positions=reading.features.n_positions,
        n_phases=reading.features.n_phases,
    )


def _votes(reading: _Reading, geometry: GeometryReading | None) -> tuple[Vote, ...]:
    votes = []
    text, header = reading.text, reading.header
    if text.rule:
        votes.append(
            Vote(Layer.TEXT, text.kind, text.view, text.rule, 0.5 if text.kind == K.UNKNOWN else 0.8)
        )
    if header is not None:
        votes.append(Vote(Layer.HEADER, header.kind, View.UNKNOWN, header.name, header.confidence))
    if geometry is not None:
        votes.append(Vote(Layer.GEOMETRY, geometry.kind, geometry.view, geometry.rule, geometry.confidence))
    return tuple(votes)


def _kind(reading: _Reading, geometry: GeometryReading | None) -> SeriesKind:
    words = reading.text.kind
    physics = reading.header.kind if reading.header is not None else K.UNKNOWN
    if words in PURPOSES:
        return words
    if words == K.UNKNOWN:
        return physics if physics != K.UNKNOWN or geometry is None else geometry.kind
    if physics in OVERRULES.get(words, frozenset()):
        return physics
    if words == K.CINE and reading.features.n_phases < FEWEST_CINE_PHASES:
        return physics
    return words


def _view(kind: SeriesKind, words: View, geometry: GeometryReading | None, short_axis: ShortAxis) -> View:
    plane = geometry.view if geometry is not None else View.UNKNOWN
    if kind in NO_HEART_PLANE:
        return plane if words == View.UNKNOWN and plane in PLAIN_VIEWS else words
    if words == View.UNKNOWN or geometry is None:
        return plane if words == View.UNKNOWN else words
    if short_axis.is_sure and geometry.confidence >= SURE and _contradicts(words, geometry):
        return plane
    return words


def _contradicts(words: View, geometry: GeometryReading) -> bool:
    """Whether the plane cannot be the one that the words name."""
    if View.SAX in (words, geometry.view):
        return words != geometry.view and words in LONG_AXIS_VIEWS | {View.SAX}
    return (
        words in ROTATIONS
        and geometry.rotation_deg is not None
        and distance_deg(geometry.rotation_deg, words) >= WRONG_PLANE_DEG
    )
