"""Several workers and requests on one study at once: nothing lost, doubled or torn."""

import threading

import pytest
from django.db import connection

from cmr_registry.archive.models import ImagingStudy, Pack, Segment, Series, SeriesKey
from cmr_registry.archive.selectors import instance_bytes, series_index
from cmr_registry.archive.tests.factories import accepted, held, image, new_instance, stored, subject_of
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.lib.storage import storage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def at_once(*jobs):
    """Run all jobs at the same time in threads of their own; their errors, None for those that went well."""
    errors, start = [None] * len(jobs), threading.Barrier(len(jobs))

    def run(number, job):
        try:
            with center_scope(ALL_CENTERS):
                start.wait(30)
                job()
        except Exception as error:
            errors[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def everything_reads_back(instances):
    found = {}
    for series in Series.objects.select_related("study"):
        for instance in series_index(series).instances:
            assert instance.sop_instance_uid not in found
            found[instance.sop_instance_uid] = instance_bytes(series, instance)
    assert found == {one.sop_instance_uid: one.data for one in instances}


@pytest.fixture
def eight():
    return [new_instance(image(number=number, series=f"1.2.3.{number % 2}")) for number in range(8)]


def test_two_acceptances_of_the_same_packs_accept_once(riverside, eight):
    with center_scope(ALL_CENTERS):
        subject_of(riverside)
        packs = [stored(riverside, eight[:4]), stored(riverside, eight[4:])]
        job = lambda: accepted(riverside, eight, packs=packs)  # noqa: E731
        assert at_once(job, job, job) == [None, None, None]
        assert ImagingStudy.objects.get().n_instances == 8
        assert Segment.objects.count() == 2
        assert not Pack.objects.exists()
        everything_reads_back(eight)
        assert {pack.object_name for pack in packs}.isdisjoint(storage().names())


def test_two_deliveries_of_one_study_are_both_accepted(riverside, eight):
    with center_scope(ALL_CENTERS):
        subject_of(riverside)
        halves = eight[:4], eight[4:]
        packs = [stored(riverside, half) for half in halves]
        jobs = [
            lambda half=half, pack=pack: accepted(riverside, half, packs=[pack])
            for half, pack in zip(halves, packs, strict=True)
        ]
        assert at_once(*jobs) == [None, None]
        study = ImagingStudy.objects.get()
        assert (study.n_series, study.n_instances) == (2, 8)
        assert sorted(Segment.objects.values_list("series__series_instance_uid", "ordinal")) == [
            ("1.2.3.0", 0), ("1.2.3.0", 1), ("1.2.3.1", 0), ("1.2.3.1", 1),
        ]  # fmt: skip
        everything_reads_back(eight)


def test_requests_that_make_the_key_of_a_series_at_once_agree_on_it(riverside, eight):
    with center_scope(ALL_CENTERS):
        jobs = [lambda one=one: stored(riverside, [one]) for one in eight]
        assert at_once(*jobs) == [None] * 8
        assert SeriesKey.objects.count() == 2
        assert held(riverside) == {one.sop_instance_uid: one.sha256 for one in eight}
        accepted(riverside, eight, packs=list(Pack.objects.all()))
        everything_reads_back(eight)


def test_instances_that_come_while_others_are_accepted_are_not_lost(riverside, eight):
    with center_scope(ALL_CENTERS):
        subject_of(riverside)
        first = stored(riverside, eight[:4])
        jobs = [lambda: accepted(riverside, eight[:4], packs=[first]), lambda: stored(riverside, eight[4:])]
        assert at_once(*jobs) == [None, None]
        assert held(riverside) == {one.sop_instance_uid: one.sha256 for one in eight}
        accepted(riverside, eight, packs=list(Pack.objects.all()))
        everything_reads_back(eight)
