"""UIDs as scanners write them: the vendor's root, the device's serial number and the time of the scan inside."""

import datetime as dt
from dataclasses import dataclass

ROOTS = {
    "siemens": "1.3.12.2.1107.5.2.43",
    "ge": "1.2.840.113619.2.408",
    "philips": "1.3.46.670589.11",
}
IMPLEMENTATION_UID = "2.25.338269521407395312785640227714950362811"
IMPLEMENTATION_NAME = "CMRTESTKIT_1"
MR_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.4"


@dataclass(frozen=True, slots=True)
class UidSource:
    """UIDs of one exam. `variant` keeps exams apart, the counter keeps objects of an exam apart."""

    vendor: str
    serial: str
    start: dt.datetime
    variant: int

    def uid(self, number: int) -> str:
        """The UID of the object with this number: at most 64 characters."""
        stamp = self.start.strftime("%Y%m%d%H%M%S")
        return f"{ROOTS[self.vendor.partition('-')[0]]}.{self.serial}.{stamp}.{self.variant + 10**10}{number:06d}"

    @property
    def study(self) -> str:
        """StudyInstanceUID."""
        return self.uid(1)

    @property
    def frame_of_reference(self) -> str:
        """FrameOfReferenceUID."""
        return self.uid(2)

    def series(self, number: int) -> str:
        """SeriesInstanceUID of a series number."""
        return self.uid(1000 + number)

    def instance(self, index: int) -> str:
        """SOPInstanceUID of the index-th image of the exam."""
        return self.uid(100_000 + index)

    def reference(self, number: int) -> str:
        """A UID of something referred to: a procedure step, a patient object, a scout image."""
        return self.uid(500 + number)
