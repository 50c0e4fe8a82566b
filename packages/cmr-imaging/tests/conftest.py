"""Builders of headers, and the real series beside the repository."""

import dataclasses
from pathlib import Path

import pydicom
import pytest

from cmr_imaging.headers import InstanceHeader, headers_from_dicom_json

SAX = (0.792067, 0.0, 0.610434, 0.377686, 0.785613, -0.490067)
FOUR = (0.9954, 0.0, 0.0958042, 0.0787602, -0.569348, -0.818315)
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
ORIENTATIONS = {"sax": SAX, "4ch": FOUR, "axial": AXIAL, "coronal": CORONAL, "sagittal": SAGITTAL}


def read_series(folder: Path) -> tuple[InstanceHeader, ...]:
    headers: list[InstanceHeader] = []
    for path in sorted(folder.rglob("*.dcm")):
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        headers.extend(headers_from_dicom_json(dataset.to_json_dict(suppress_invalid_tags=True)))
    return tuple(headers)


@pytest.fixture(scope="session")
def sunnybrook(shared_data):
    return read_series(shared_data("cmr/scd_ge_cine") / "SCD0000301")


@pytest.fixture(scope="session")
def siemens_sax(shared_data):
    return read_series(shared_data("cmr/bivme_siemens_cine/Se3"))


@pytest.fixture(scope="session")
def siemens_4ch(shared_data):
    return read_series(shared_data("cmr/bivme_siemens_cine/Se6"))


@pytest.fixture(scope="session")
def image():
    """Build one header: a gated balanced image in the plane named, `height` mm along its normal."""

    def build(plane="sax", height=0.0, orientation=None, **changes) -> InstanceHeader:
        directions = orientation or ORIENTATIONS[plane]
        header = InstanceHeader(
            modality="MR",
            series_instance_uid="1.2.3",
            image_type=("ORIGINAL", "PRIMARY", "M"),
            orientation=directions,
            slice_thickness_mm=8.0,
            scanning_sequence=("GR",),
            sequence_variant=("SS",),
            scan_options=("CG",),
            nominal_interval_ms=900.0,
            flip_angle_deg=50.0,
        )
        normal = header.normal
        position = None if normal is None else tuple(height * part for part in normal)
        return dataclasses.replace(header, **{"position": position, **changes})

    return build


@pytest.fixture(scope="session")
def cine(image):
    """Build a cine: `slices` positions 10 mm apart, `phases` phases 40 ms apart."""

    def build(plane="sax", slices=1, phases=20, start=0.0, **changes) -> tuple[InstanceHeader, ...]:
        return tuple(
            image(
                plane,
                start + 10.0 * s,
                trigger_time_ms=40.0 * p,
                instance_number=s * phases + p + 1,
                sop_instance_uid=f"1.2.3.{s}.{p}",
                **changes,
            )
            for s in range(slices)
            for p in range(phases)
        )

    return build


@pytest.fixture(scope="session")
def still(image):
    """Build a series of one phase: `slices` positions 8 mm apart."""

    def build(plane="sax", slices=9, **changes) -> tuple[InstanceHeader, ...]:
        return tuple(
            image(
                plane,
                8.0 * s,
                instance_number=s + 1,
                trigger_time_ms=600.0,
                sop_instance_uid=f"1.2.4.{s}",
                **changes,
            )
            for s in range(slices)
        )

    return build
