"""Searches of DICOMweb in the archive: a fixed number of queries per page of results, none per row.

What a column holds is matched by the database, the rest in Python on the stored attributes of the candidates.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cmr_registry.archive.models import ImagingStudy, Series
from cmr_registry.archive.selectors import IndexedInstance, series_find, series_index, study_find
from cmr_registry.dicomweb.dicom_json import Attributes
from cmr_registry.dicomweb.errors import AbsentRejected, TooLargeRejected
from cmr_registry.dicomweb.matching import Key, Query, matches, range_of

MOST_CANDIDATES = 20_000


def study_get(study_uid: str) -> ImagingStudy:
    """The study in the open scope.

    Raises:
        AbsentRejected: none, or not to be seen.
    """
    study = study_find(study_uid)
    if study is None:
        raise AbsentRejected
    return study


def series_get(study_uid: str, series_uid: str) -> Series:
    """The series in the open scope, with its study.

    Raises:
        AbsentRejected: none, or not to be seen.
    """
    series = series_find(study_uid, series_uid)
    if series is None:
        raise AbsentRejected
    return series


def series_of(study: ImagingStudy) -> list[Series]:
    """All series of `study` in the order of their numbers."""
    return list(study.series.order_by("number", "series_instance_uid"))


def instance_get(series: Series, instance_uid: str) -> IndexedInstance:
    """The instance out of the series' index.

    Raises:
        AbsentRejected: no such instance.
    """
    instance = series_index(series).find(instance_uid)
    if instance is None:
        raise AbsentRejected
    return instance


def studies_found(query: Query) -> tuple[list[Attributes], bool]:
    """A page of study attributes, newest first, and whether there are more."""
    rows = _studies_of_keys(query).select_related("subject").order_by("-accepted_at", "id")
    rest = query.without("StudyInstanceUID", "StudyDate", "ModalitiesInStudy", *_exact_pseudonym(query))
    found, more = _page(query, rest, rows, lambda study: study.attributes)
    return [attributes for _, attributes in found], more


def series_found(query: Query, study: ImagingStudy | None) -> tuple[list[Attributes], bool]:
    """A page of series attributes, of one study or of all in scope, and whether there are more."""
    rest = query.without("ModalitiesInStudy")
    if study is not None:
        rows = study.series.order_by("number", "series_instance_uid")
    else:
        rows = Series.objects.select_related("study").filter(_series_condition(query))
        rows = rows.order_by("-study__accepted_at", "study_id", "number", "id")
    found, more = _page(query, rest, rows, lambda series: series.study.attributes | series.attributes)
    return [attributes for _, attributes in found], more


def instances_found(query: Query, series: Sequence[Series]) -> tuple[list[Attributes], bool]:
    """A page of instance attributes of `series`, and whether there are more; one index object per series."""
    candidates = (
        one.study.attributes | one.attributes | instance.metadata
        for one in series
        for instance in series_index(one).instances
    )
    found = (attributes for attributes in candidates if matches(query.keys, attributes))
    page = list(islice(found, query.offset, query.offset + query.limit + 1))
    return page[: query.limit], len(page) > query.limit


def _studies_of_keys(query: Query) -> QuerySet[ImagingStudy]:
    rows = ImagingStudy.objects.filter(_study_condition(query, ""))
    modalities = query.wanted("ModalitiesInStudy")
    if modalities:
        rows = rows.filter(Exists(Series.objects.filter(study=OuterRef("pk"), modality__in=modalities.uids)))
    return rows


def _series_condition(query: Query) -> Q:
    condition = _study_condition(query, "study__")
    if key := query.wanted("SeriesInstanceUID"):
        condition &= Q(series_instance_uid__in=key.uids)
    for keyword in ("Modality", "ModalitiesInStudy"):
        if key := query.wanted(keyword):
            condition &= Q(modality__in=key.uids)
    return condition


def _study_condition(query: Query, prefix: str) -> Q:
    condition = Q()
    if key := query.wanted("StudyInstanceUID"):
        condition &= Q(**{f"{prefix}study_instance_uid__in": key.uids})
    if key := query.wanted("PatientID"):
        condition &= _pseudonyms(f"{prefix}subject__pseudonym", key)
    if key := query.wanted("StudyDate"):
        first, last = range_of(key.wanted)
        condition &= ~Q(**{f"{prefix}study_date": ""})
        condition &= Q(**{f"{prefix}study_date__gte": first}) if first else Q()
        condition &= Q(**{f"{prefix}study_date__lte": last}) if last else Q()
    return condition


def _exact_pseudonym(query: Query) -> tuple[str, ...]:
    key = query.wanted("PatientID")
    return ("PatientID",) if key and not key.is_wildcard else ()


def _pseudonyms(name: str, key: Key) -> Q:
    """The listed pseudonyms, or those that begin like a wildcard; `matches` judges the wildcard itself."""
    if key.is_wildcard:
        return Q(**{f"{name}__startswith": re.split(r"[*?]", key.wanted)[0]})
    return Q(**{f"{name}__in": key.uids})


def _page(
    query: Query, rest: Sequence[Key], rows: QuerySet[Any], attributes_of: Any
) -> tuple[list[tuple[Any, Attributes]], bool]:
    if not rest:
        page = list(rows[query.offset : query.offset + query.limit + 1])
        return [(row, attributes_of(row)) for row in page[: query.limit]], len(page) > query.limit
    found = _matching(rows, rest, attributes_of)
    matched = list(islice(found, query.offset, query.offset + query.limit + 1))
    return matched[: query.limit], len(matched) > query.limit


def _matching(
    rows: QuerySet[Any], rest: Sequence[Key], attributes_of: Any
) -> Iterator[tuple[Any, Attributes]]:
    for number, row in enumerate(rows[: MOST_CANDIDATES + 1].iterator(chunk_size=500)):
        if number == MOST_CANDIDATES:
            raise TooLargeRejected("Too many candidates; add a study UID, patient ID or date to the search.")
        attributes = attributes_of(row)
        if matches(rest, attributes):
            yield row, attributes
