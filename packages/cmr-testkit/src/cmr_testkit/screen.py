"""A screen save: a result page that the scanner keeps as a picture, with the patient's name in its pixels.

It is what gates must refuse: Secondary Capture Image Storage, ImageType SCREEN SAVE, burned-in annotation.
"""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from cmr_testkit.headers import identified, spoken, stamp
from cmr_testkit.protocol import Series
from cmr_testkit.shot import Session, Shot
from cmr_testkit.words import series_words

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
ROWS, COLUMNS, DOT, LEFT, LINE = 128, 256, 2, 8, 16
MANUFACTURERS = {"siemens": "SIEMENS", "ge": "GE MEDICAL SYSTEMS", "philips": "Philips Medical Systems"}
# five rows of three dots from the top, an octal digit each
LETTERS = (
    "25755 65656 34443 65556 74647 74644 34553 55755 72227 11152 55655 44447 57755 65555 25552 65644 25563 65655 "
    "34216 72222 55557 55552 55775 55255 55222 71247"
)
DIGITS = "75557 26227 71747 71717 55711 74717 74757 71111 75757 75717"
GLYPHS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", LETTERS.split(), strict=True)) | dict(
    zip("0123456789", DIGITS.split(), strict=True)
)


def screen_save(session: Session, series: Series, shot: Shot, family: str) -> Dataset:
    """The result page of the exam as a secondary capture."""
    dataset = identified(session.patient, session.visit, session.uids)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID(SECONDARY_CAPTURE)
    dataset.ConversionType = "WSD"
    dataset.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]
    dataset.SeriesDescription = series_words(series, family, center_words=session.center_words)
    dataset.BurnedInAnnotation = "YES"
    dataset.Manufacturer = MANUFACTURERS[family]
    dataset.SeriesInstanceUID = session.uids.series(series.number)
    dataset.SeriesNumber, dataset.InstanceNumber = series.number, 1
    stamp(dataset, shot.moment, shot.series_start)
    uid = UID(session.uids.instance(shot.index))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
    _page(dataset, [spoken(session.patient.name), session.patient.patient_id, session.visit.date, "LV EF"])
    return dataset


def _page(dataset: Dataset, lines: list[str]) -> None:
    page = np.zeros((ROWS, COLUMNS), np.uint8)
    for i, line in enumerate(lines):
        write_text(page, line, LEFT + LINE * i, LEFT)
    heights = 8 + 10 * np.arange(5)
    for i, height in enumerate(heights.tolist()):
        page[ROWS - 8 - height : ROWS - 8, 150 + 18 * i : 162 + 18 * i] = 160
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = ROWS, COLUMNS, 1
    dataset.PhotometricInterpretation, dataset.PixelRepresentation = "MONOCHROME2", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.add_new("PixelData", "OB", page.tobytes())


def write_text(page: NDArray[np.uint8], text: str, row: int, column: int, dot: int = DOT) -> None:
    """Burn a line of capitals and digits into an image; other characters are blanks. `dot` in pixels."""
    for i, character in enumerate(text.upper()):
        for down, bits in enumerate(GLYPHS.get(character, "00000")):
            for right in range(3):
                if int(bits) >> (2 - right) & 1:
                    top, left = row + down * dot, column + (4 * i + right) * dot
                    page[top : top + dot, left : left + dot] = 255
