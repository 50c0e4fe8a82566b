"""Instances for tests of the archive: made with pydicom, or real ones, as `NewInstance`."""

import hashlib
import io
import uuid
import warnings
from pathlib import Path

import numpy as np
from django.utils import timezone
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, RLELossless, generate_uid

from cmr_registry.archive.models import Pack
from cmr_registry.archive.services import NewInstance, instances_held, pack_store, study_accept
from cmr_registry.subjects.models import Subject

PSEUDONYM = "AAAABBBBCCCCDDDDX"


def image(
    *,
    study="1.2.3",
    series="1.2.3.1",
    sop=None,
    number=1,
    size=32,
    pixels=None,
    syntax=ExplicitVRLittleEndian,
    frames=1,
    compress=False,
    **elements,
):
    """A small de-identified MR image as pydicom data set."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = sop or generate_uid(entropy_srcs=[study, series, str(number)])
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
    dataset.PatientID = dataset.PatientName = PSEUDONYM
    dataset.StudyDate, dataset.StudyTime, dataset.Modality = "20190304", "101112", "MR"
    dataset.SeriesNumber, dataset.InstanceNumber = 7, number
    dataset.Rows = dataset.Columns = size
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    if frames > 1:
        dataset.NumberOfFrames = frames
    if pixels is None:
        shape = (frames, size, size) if frames > 1 else (size, size)
        pixels = np.random.default_rng(number).integers(0, 4096, shape, dtype=np.uint16)
    dataset.PixelData = pixels.tobytes()
    for name, value in elements.items():
        setattr(dataset, name, value)
    if compress:
        dataset.compress(RLELossless, pixels, generate_instance_uid=False)
    return dataset


def part10(dataset) -> bytes:
    """Part-10 bytes of a data set."""
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def new_instance(source) -> NewInstance:
    """What intake hands to `pack_store`, from a data set, bytes or a file."""
    data = source.read_bytes() if isinstance(source, Path) else source
    data = part10(data) if isinstance(data, Dataset) else data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        header = dcmread(io.BytesIO(data), stop_before_pixels=True)
        return NewInstance(
            study_instance_uid=str(header.StudyInstanceUID),
            series_instance_uid=str(header.SeriesInstanceUID),
            sop_instance_uid=str(header.SOPInstanceUID),
            sop_class_uid=str(header.SOPClassUID),
            transfer_syntax_uid=str(header.file_meta.TransferSyntaxUID),
            sha256=hashlib.sha256(data).hexdigest(),
            data=data,
        )


def cine(*, n_positions=3, n_phases=12, series="1.2.3.1", **elements):
    """A short-axis-like stack: one instance per position and phase, brighter with every phase."""
    made = []
    for position in range(n_positions):
        for phase in range(n_phases):
            number = position * n_phases + phase + 1
            made.append(
                image(
                    series=series,
                    number=number,
                    pixels=np.full((32, 32), 100 * (phase + 1), np.uint16),
                    ImagePositionPatient=[0, 0, 10 * position],
                    ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
                    PixelSpacing=[1.5, 1.5],
                    SliceThickness=8,
                    TriggerTime=phase * 40,
                    NominalInterval=12 * 40 + 40,
                    ScanningSequence="GR",
                    SequenceVariant="SS",
                    ScanOptions="CG",
                    WindowCenter=650,
                    WindowWidth=1300,
                    **elements,
                )
            )
    return [new_instance(one) for one in made]


def subject_of(center, pseudonym=PSEUDONYM) -> Subject:
    """The subject with this pseudonym."""
    return Subject.objects.get_or_create(center=center, pseudonym=pseudonym)[0]


def stored(center, instances, **options) -> Pack:
    """A pack of these instances."""
    return pack_store(center_id=center.pk, holder=uuid.uuid4(), instances=instances, **options)


def accepted(center, instances, *, study="", packs=None, **options):
    """The study after these instances came in one pack and were accepted."""
    packs = [stored(center, instances)] if packs is None else packs
    uid = study or instances[0].study_instance_uid
    return study_accept(
        subject=subject_of(center),
        study_instance_uid=uid,
        packs=packs,
        wanted={one.sop_instance_uid: one.sha256 for one in instances},
        facts=options.pop("facts", {}),
        at=timezone.now(),
        **options,
    )


def held(center, study="1.2.3") -> dict[str, str]:
    """What the archive holds of a study."""
    return instances_held(center_id=center.pk, study_instance_uid=study)
