"""What Siemens writes beside the standard: the protocol (ASCCONV) and the CSA headers of one image.

The protocol names numbers that were not used as well: every one holds an inversion time and a velocity
encoding, and only the switches beside them (ucInversion, ucPCFlowMode) say whether they were in force.
"""

from cmr_testkit.complete import MOLLI_START_MS, MOSAIC_TIMES_MS
from cmr_testkit.csa import csa_header, phoenix_protocol
from cmr_testkit.headers import spoken
from cmr_testkit.protocol import INVERSION_TIME_MS, Series
from cmr_testkit.shot import Session, Shot
from cmr_testkit.technique import STIR_INVERSION_MS, TECHNIQUES

INVERSION_ON, INVERSION_OFF = "1", "4"
FLOW_ON, FLOW_OFF = "4", "2"
UNUSED_INVERSION_US, UNUSED_VENC = "300000", "150"
VERSIONS = {
    "siemens": "51130001",
    "siemens-csa1": "21510009",
    "siemens-xa": "65010000",
    "siemens-xa-classic": "65010000",
}


def series_inversion_ms(series: Series) -> float | None:
    """The inversion time that holds for all images of a series; None where there is none or several."""
    if series.kind in ("lge", "psir"):
        return float(INVERSION_TIME_MS)
    if series.kind == "stir":
        return STIR_INVERSION_MS
    return None


def inversion_ms(shot: Shot) -> float | None:
    """The inversion time of one image."""
    own = shot.step.inversion_ms
    return series_inversion_ms(shot.series) if own is None else own


def protocol_text(session: Session, series: Series, words: str) -> str:
    """The protocol of a series as the scanner keeps it, with the patient in it."""
    patient, visit = session.patient, session.visit
    xa = session.vendor.startswith("siemens-xa")
    technique, inversions = TECHNIQUES[series.kind], _inversions(series)
    values = [
        ("ulVersion", VERSIONS[session.vendor]),
        ("tSequenceFileName", f'""%SiemensSeq%\\{_file(series)}""'),
        ("tProtocolName", f'""{words}""'),
        ("tReferenceImage0", f'""{session.uids.reference(4)}""'),
        ("tPatientName", f'""{patient.name}""'),
        ("sProtConsistencyInfo.tSystemType", '""057""'),
        ("sProtConsistencyInfo.tInstitution", f'""{visit.institution}""'),
        ("sProtConsistencyInfo.flNominalB0", "1.494"),
        ("alTR[0]", str(round(1000 * (technique.tr_ms or session.rr_ms)))),
        *((f"alTI[{i}]", value) for i, value in enumerate(inversions or [UNUSED_INVERSION_US])),
        ("alTE[0]", str(round(1000 * technique.te_ms))),
        ("adFlipAngleDegree[0]", f"{technique.flip_deg:.1f}"),
        ("sSliceArray.asSlice[0].dThickness", f"{series.planes[0].thickness:.1f}"),
        ("sSliceArray.lSize", str(len(series.tiles or series.planes))),
        ("sPrepPulses.ucInversion", INVERSION_ON if technique.inverted else INVERSION_OFF),
        ("sPhysioImaging.lSignal1", "2" if technique.gated else "1"),
        ("sPhysioImaging.lMethod1", "8" if series.phases > 1 else "4"),
        ("sPhysioImaging.lRetroGatedImages", str(series.phases)),
        ("sAngio.ucPCFlowMode", FLOW_ON if series.venc_cm_s else FLOW_OFF),
        ("sAngio.sFlowArray.lSize", "1"),
        (
            "sAngio.sFlowArray.asElm[0].nVelocity",
            f"{series.venc_cm_s:.0f}" if series.venc_cm_s else UNUSED_VENC,
        ),
        ("sAngio.sFlowArray.asElm[0].nDir", "4"),
        *_weightings(series),
    ]
    return phoenix_protocol(values, xa=xa)


def _inversions(series: Series) -> list[str]:
    own = [step.inversion_ms for step in series.steps if step.inversion_ms is not None]
    held = series_inversion_ms(series)
    if series.kind in ("t1_raw", "t1_map"):
        return [str(round(1000 * value)) for value in MOLLI_START_MS]
    if series.kind == "ti_scout":
        return [str(round(1000 * value)) for value in own[:2]]
    return [] if held is None else [str(round(1000 * held))]


def _weightings(series: Series) -> list[tuple[str, str]]:
    values = [step.b_value for step in series.steps if step.b_value is not None]
    return [(f"sDiffusion.alBValue[{i}]", f"{value:.0f}") for i, value in enumerate(values)]


def _file(series: Series) -> str:
    return {"flow": "fl_pc", "dwi": "ep2d_diff", "stir": "tse", "perfusion": "tfl_sr", "mra": "fl3d"}.get(
        series.kind, "tfi"
    )


def series_csa(session: Session, series: Series, words: str, version: int) -> bytes:
    """The series header (0029,xx20): who, on which device, with which protocol."""
    patient, visit = session.patient, session.visit
    return csa_header(
        [
            ("UsedPatientWeight", "IS", [str(round(patient.weight_kg))]),
            ("DeviceSerialNumber", "LO", [visit.serial]),
            ("PatientName", "LO", [patient.name]),
            ("OperatorName", "LO", [visit.people["operator"]]),
            ("Isocentered", "IS", ["1"]),
            ("CoilForGradient", "SH", ["AS"]),
            ("SequenceFileOwner", "SH", ["SIEMENS"]),
            ("tSequenceFileName", "LO", [f"%SiemensSeq%\\{_file(series)}"]),
            ("MrProtocolVersion", "IS", [VERSIONS[session.vendor]]),
            (
                "MrPhoenixProtocol" if version == 2 else "MrProtocol",
                "UN",
                [protocol_text(session, series, words)],
            ),
        ],
        version,
    )


def image_csa(session: Session, shot: Shot, version: int) -> bytes:
    """The image header (0029,xx10): geometry, timing, flow and diffusion encoding of one image."""
    plane, step, series = shot.plane, shot.step, shot.series
    inversion, venc = inversion_ms(shot), series.venc_cm_s
    phase = series.role == "phase"
    gated = TECHNIQUES[series.kind].gated and series.kind != "localizer"
    after = (shot.moment - session.visit.start).total_seconds()
    return csa_header(
        [
            ("EchoLinePosition", "IS", [str(plane.pixels // 2)]),
            ("ImagePositionPatient", "DS", [f"{v:.8f}" for v in plane.position]),
            ("ImageOrientationPatient", "DS", [f"{v:.8f}" for v in (*plane.row, *plane.column)]),
            ("SliceNormalVector", "FD", [f"{v:.8f}" for v in plane.normal]),
            ("ProtocolSliceNumber", "IS", [str(shot.slice_index)]),
            ("TriggerTime", "DS", [f"{shot.trigger_ms:.2f}"] if gated else []),
            ("ICE_Dims", "LO", [f"X_1_{shot.phase + 1}_1_1_1_{shot.slice_index + 1}_1_1_1_1_1_106"]),
            ("TimeAfterStart", "DS", [f"{after:.3f}"]),
            ("InversionTime", "DS", [] if inversion is None else [f"{inversion:g}"]),
            ("FlowVenc", "DS", [f"{venc:.1f}"] if venc and phase else []),
            ("FlowEncodingDirection", "IS", ["4"] if venc and phase else []),
            ("B_value", "IS", [] if step.b_value is None else [f"{step.b_value:.0f}"]),
            ("DiffusionDirectionality", "CS", [] if step.b_value is None else ["ISOTROPIC"]),
            ("NumberOfImagesInMosaic", "US", [str(len(series.tiles))] if series.tiles else []),
            ("MosaicRefAcqTimes", "FD", [f"{t:.8f}" for t in MOSAIC_TIMES_MS] if series.tiles else []),
            ("OperatorComment", "LO", [spoken(session.visit.people["operator"])]),
            ("ReferencedImageSequence", "UI", [session.uids.reference(4)]),
            ("PatientIdentifier", "LO", [session.patient.patient_id]),
        ],
        version,
    )
