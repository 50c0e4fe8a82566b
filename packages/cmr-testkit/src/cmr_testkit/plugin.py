"""The pytest plugin: the fixture `cmr_exam` hands synthetic exams to tests.

`cmr_exam(vendor="siemens", size="tiny", seed=1, infarct="none", ...)` returns an `Exam`; equal requests share one
exam per session and worker. Tests must not change its files: copy them first.
"""

from collections.abc import Callable
from typing import Any

import pytest

from cmr_testkit.exam import Exam, make_exam

ExamFactory = Callable[..., Exam]


@pytest.fixture(scope="session")
def cmr_exam(tmp_path_factory: pytest.TempPathFactory) -> ExamFactory:
    """A factory of synthetic exams, made once per session."""
    made: dict[tuple[tuple[str, Any], ...], Exam] = {}

    def exam(vendor: str = "siemens", size: str = "tiny", seed: int = 1, **options: Any) -> Exam:
        asked = {"vendor": vendor, "size": size, "seed": seed, **options}
        key = tuple(sorted(asked.items()))
        if key not in made:
            folder = tmp_path_factory.mktemp(f"exam-{vendor}-{size}-{seed}-")
            made[key] = make_exam(folder / "dicom", vendor=vendor, size=size, seed=seed, **options)
        return made[key]

    return exam
