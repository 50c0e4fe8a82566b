import hashlib
import io

import numpy as np
import pytest
from pydicom import dcmread

from cmr_registry.archive import composing, plans, services
from cmr_registry.archive.errors import (
    ConflictingBytesError,
    InstanceMissingError,
    StoredBytesDamagedError,
    SubjectMismatchError,
)
from cmr_registry.archive.models import ImagingStudy, Pack, Segment, Series
from cmr_registry.archive.selectors import instance_bytes, instance_frames, series_find, series_index
from cmr_registry.archive.services import study_plan
from cmr_registry.archive.tests.factories import (
    PSEUDONYM,
    accepted,
    cine,
    held,
    image,
    new_instance,
    stored,
    subject_of,
)
from cmr_registry.lib.storage import storage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_centers")]


@pytest.fixture
def three():
    return [new_instance(image(number=number)) for number in (3, 1, 2)]


def only_series():
    return Series.objects.select_related("study").get()


def test_instances_come_out_as_they_went_in(riverside, three):
    accepted(riverside, three)
    series = only_series()
    index = series_index(series)
    for one in three:
        instance = index.find(one.sop_instance_uid)
        assert instance_bytes(series, instance) == one.data
        (frame,) = instance_frames(series, instance, [1])
        assert frame == dcmread(io.BytesIO(one.data)).PixelData


def test_the_index_lists_instances_by_number_with_both_hashes(riverside, three):
    accepted(riverside, three)
    instances = series_index(only_series()).instances
    assert [one.number("00200013") for one in instances] == [1, 2, 3]
    segment = storage().get(Segment.objects.get().object_name)
    for instance in instances:
        assert held(riverside)[instance.sop_instance_uid] == instance.sha256
        box = segment[instance.offset : instance.offset + instance.length]
        assert hashlib.sha256(box).hexdigest() == instance.stored_sha256


def test_rows_count_what_is_there(riverside, three):
    study = accepted(riverside, [*three, new_instance(image(series="1.2.3.2"))])
    assert (study.n_series, study.n_instances) == (2, 4)
    assert study.n_bytes == sum(series.n_bytes for series in study.series.all())
    assert study.study_date == "20190304"
    assert sorted(study.series.values_list("n_instances", flat=True)) == [1, 3]
    assert study.subject.pseudonym == PSEUDONYM


def test_no_row_stands_for_an_instance(riverside, three, django_assert_max_num_queries):
    accepted(riverside, three)
    counts = [model.objects.count() for model in (ImagingStudy, Series, Segment, Pack)]
    assert counts == [1, 1, 1, 0]


def test_packs_go_after_the_commit_and_not_before(riverside, three, django_capture_on_commit_callbacks):
    pack = stored(riverside, three)
    with django_capture_on_commit_callbacks() as callbacks:
        accepted(riverside, three, packs=[pack])
        assert storage().exists(pack.object_name)
    assert not Pack.objects.exists()
    for callback in callbacks:
        callback()
    assert not storage().exists(pack.object_name)


def test_accepting_again_changes_nothing(riverside, three):
    pack = stored(riverside, three)
    first = accepted(riverside, three, packs=[pack])
    rows = list(Segment.objects.values()), list(Series.objects.values())
    objects = set(storage().names())
    again = accepted(riverside, three, packs=[pack])
    assert again == first
    assert again.accepted_at == first.accepted_at
    assert (list(Segment.objects.values()), list(Series.objects.values())) == rows
    assert set(storage().names()) == objects


def test_sending_again_what_is_accepted_adds_nothing_and_its_pack_goes(riverside, three):
    accepted(riverside, three)
    accepted(riverside, three)
    assert Segment.objects.count() == 1
    assert not Pack.objects.exists()
    assert only_series().n_instances == 3


def test_late_instances_add_a_segment(riverside, three):
    accepted(riverside, three)
    late = new_instance(image(number=9))
    accepted(riverside, [*three, late], packs=[stored(riverside, [late])])
    assert list(Segment.objects.values_list("ordinal", "n_instances")) == [(0, 3), (1, 1)]
    series = only_series()
    assert series.n_instances == 4
    index = series_index(series)
    assert instance_bytes(series, index.find(late.sop_instance_uid)) == late.data
    assert {one.segment_ordinal for one in index.instances} == {0, 1}


def test_a_series_larger_than_a_segment_becomes_several(riverside, monkeypatch):
    monkeypatch.setattr(composing, "SEGMENT_BYTES", 8000)
    instances = [new_instance(image(number=number)) for number in range(1, 8)]
    accepted(riverside, instances)
    assert Segment.objects.count() > 2
    series = only_series()
    index = series_index(series)
    assert [index.find(one.sop_instance_uid) is not None for one in instances] == [True] * 7
    assert all(instance_bytes(series, index.find(one.sop_instance_uid)) == one.data for one in instances)


def test_several_packs_are_composed_into_one_segment_per_series(riverside):
    instances = [
        new_instance(image(series=f"1.2.3.{1 + number % 2}", number=number)) for number in range(1, 13)
    ]
    packs = [stored(riverside, instances[start : start + 4]) for start in (0, 4, 8)]
    accepted(riverside, instances, packs=packs)
    assert Segment.objects.count() == 2
    for series in Series.objects.select_related("study"):
        index = series_index(series)
        for one in instances:
            if one.series_instance_uid == series.series_instance_uid:
                assert instance_bytes(series, index.find(one.sop_instance_uid)) == one.data


def test_only_what_is_wanted_is_accepted_and_the_rest_is_kept(riverside, three):
    pack = stored(riverside, three)
    accepted(riverside, three[:2], packs=[pack])
    assert only_series().n_instances == 2
    assert Pack.objects.get() == pack
    assert len(held(riverside)) == 3
    accepted(riverside, three, packs=[pack])
    assert only_series().n_instances == 3
    assert not Pack.objects.exists()


def test_a_wanted_instance_that_never_came_is_an_error_and_nothing_is_written(riverside, three):
    pack = stored(riverside, three[:2])
    with pytest.raises(InstanceMissingError):
        accepted(riverside, three, packs=[pack])
    assert not ImagingStudy.objects.exists()
    assert Pack.objects.count() == 1


def test_other_bytes_under_an_accepted_uid_are_an_error(riverside, three):
    accepted(riverside, three)
    other = new_instance(image(number=1, size=16))
    with pytest.raises(ConflictingBytesError):
        accepted(riverside, [other])
    series = only_series()
    kept = next(one for one in three if one.sop_instance_uid == other.sop_instance_uid)
    assert instance_bytes(series, series_index(series).find(kept.sop_instance_uid)) == kept.data
    assert Pack.objects.count() == 1


def test_a_pack_that_is_apart_is_never_composed(riverside, three):
    apart = stored(riverside, three, is_apart=True)
    with pytest.raises(InstanceMissingError):
        accepted(riverside, three, packs=[apart])


def test_a_study_stays_with_its_subject(riverside, three):
    accepted(riverside, three)
    with pytest.raises(SubjectMismatchError):
        services.study_accept(
            subject=subject_of(riverside, "EEEEFFFFGGGGHHHHX"),
            study_instance_uid="1.2.3",
            packs=[],
            wanted={},
            facts={},
            at=ImagingStudy.objects.get().accepted_at,
        )


def test_the_same_uids_at_two_centers_are_two_studies(riverside, lakeside, three):
    accepted(riverside, three)
    other = [new_instance(image(number=number, size=16)) for number in (1, 2, 3)]
    accepted(lakeside, other)
    assert ImagingStudy.objects.count() == 2
    assert held(riverside) != held(lakeside)
    for series in Series.objects.select_related("study"):
        for instance in series_index(series).instances:
            assert instance_bytes(series, instance)


def test_facts_are_kept_and_overridden(riverside, three):
    accepted(riverside, three, facts={"1.2.3.1": {"n_phases": 12, "venc_cm_s": 150.0}})
    accepted(riverside, three, packs=[], facts={"1.2.3.1": {"venc_cm_s": 200.0}})
    assert only_series().facts == {"n_phases": 12, "venc_cm_s": 200.0}


def test_series_are_recognized_with_every_vote(riverside):
    accepted(riverside, cine(n_positions=8, n_phases=12))
    series = only_series()
    assert (series.kind, series.n_positions, series.n_phases) == ("cine", 8, 12)
    assert {vote["layer"] for vote in series.recognition["votes"]} <= {"text", "header", "geometry"}
    assert series.recognition["votes"]


def test_an_image_without_geometry_is_unknown_and_still_accepted(riverside):
    accepted(riverside, [new_instance(image())])
    assert (only_series().kind, only_series().view) == ("unknown", "unknown")


def test_attributes_hold_what_qido_must_return(riverside, three):
    study = accepted(riverside, three)
    required = {
        "00080020", "00080030", "00080050", "00080056", "00080061", "00080090", "00100010", "00100020",
        "00100030", "00100040", "0020000D", "00200010", "00201206", "00201208",
    }  # fmt: skip
    assert required <= study.attributes.keys()
    assert study.attributes["00100020"] == {"vr": "LO", "Value": [PSEUDONYM]}
    assert study.attributes["00080061"] == {"vr": "CS", "Value": ["MR"]}
    assert study.attributes["00201208"]["Value"] == [3]
    assert "Value" not in study.attributes["00080050"]
    series = study.series.get()
    assert {"00080060", "0020000E", "00200011", "00201209"} <= series.attributes.keys()
    assert (series.number, series.modality) == (7, "MR")


def test_a_plan_made_before_is_used(riverside, three, monkeypatch):
    pack = stored(riverside, three)
    wanted = {one.sop_instance_uid: one.sha256 for one in three}
    plan = study_plan(
        center_id=riverside.pk, study_instance_uid="1.2.3", packs=[pack], wanted=wanted, facts={}
    )
    assert not ImagingStudy.objects.exists()

    def again(**_arguments):
        raise AssertionError("composed a second time")

    monkeypatch.setattr(services, "study_plan", again)
    accepted(riverside, three, packs=[pack], plan=plan)
    assert held(riverside) == wanted


def test_a_plan_of_a_study_that_changed_since_is_made_anew(riverside, three):
    pack = stored(riverside, three)
    wanted = {one.sop_instance_uid: one.sha256 for one in three}
    plan = study_plan(
        center_id=riverside.pk, study_instance_uid="1.2.3", packs=[pack], wanted=wanted, facts={}
    )
    accepted(riverside, three, packs=[pack])
    accepted(riverside, three, packs=[pack], plan=plan)
    assert Segment.objects.count() == 1
    assert only_series().n_instances == 3


def test_a_plan_whose_packs_were_accepted_meanwhile_finds_them_in_segments(
    riverside, three, monkeypatch, django_capture_on_commit_callbacks
):
    pack, wanted = stored(riverside, three), {one.sop_instance_uid: one.sha256 for one in three}
    compose, called = plans.segments_compose, []

    def race(*args):
        if not called:
            called.append(True)
            with django_capture_on_commit_callbacks(execute=True):
                accepted(riverside, three, packs=[pack])
        return compose(*args)

    monkeypatch.setattr(plans, "segments_compose", race)
    plan = study_plan(
        center_id=riverside.pk, study_instance_uid="1.2.3", packs=[pack], wanted=wanted, facts={}
    )
    assert plan.held == wanted
    assert [series.segments for series in plan.series] == [()]


def test_boxes_far_apart_in_a_pack_are_read_in_several_runs(riverside, monkeypatch):
    monkeypatch.setattr(composing, "_GAP", 100)
    monkeypatch.setattr(composing, "_READ_AHEAD", 6000)
    instances = [
        new_instance(image(series=f"1.2.3.{number % 3}", number=number)) for number in range(1, 13)
    ] + [new_instance(image(series="1.2.3.9", number=number)) for number in range(20, 25)]
    accepted(riverside, instances)
    for series in Series.objects.select_related("study"):
        index = series_index(series)
        for one in instances:
            if one.series_instance_uid == series.series_instance_uid:
                assert instance_bytes(series, index.find(one.sop_instance_uid)) == one.data


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (composing, "object_put"),
        (plans, "object_put"),
        (plans, "exam_recognized"),
        (services, "_series_write"),
        (services, "_study_write"),
        (services, "_packs_drop"),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_step_tears_nothing(riverside, monkeypatch, module, step, when):
    instances = cine(n_positions=2, n_phases=3)
    pack, real = stored(riverside, instances), getattr(module, step)

    def crash(*args, **kwargs):
        if when == "after":
            real(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, step, crash)
        with pytest.raises(KeyboardInterrupt):
            accepted(riverside, instances, packs=[pack])
    assert not ImagingStudy.objects.exists()
    assert not Segment.objects.exists()
    assert held(riverside) == {one.sop_instance_uid: one.sha256 for one in instances}
    accepted(riverside, instances, packs=[pack])
    series = only_series()
    index = series_index(series)
    assert all(instance_bytes(series, index.find(one.sop_instance_uid)) == one.data for one in instances)


def test_a_damaged_pack_is_not_accepted(riverside, three):
    pack = stored(riverside, three)
    content = bytearray(storage().get(pack.object_name))
    content[len(content) // 2] ^= 1
    storage().put(pack.object_name, bytes(content))
    with pytest.raises(StoredBytesDamagedError):
        accepted(riverside, three, packs=[pack])
    assert not ImagingStudy.objects.exists()


def test_a_header_that_cannot_be_read_loses_no_instance(riverside, three, monkeypatch):
    def unreadable(*_args):
        raise ValueError("odd")

    monkeypatch.setattr(composing, "header_read", unreadable)
    accepted(riverside, three)
    series = only_series()
    instances = series_index(series).instances
    assert {instance_bytes(series, one) for one in instances} == {one.data for one in three}
    assert {one.n_frames for one in instances} == {0}
    assert series_find("1.2.3", "1.2.3.1") == series


def test_pixels_of_a_compressed_image_are_kept_bit_equal(riverside):
    pixels = np.arange(32 * 32, dtype=np.uint16).reshape(32, 32)
    one = new_instance(image(pixels=pixels, compress=True))
    accepted(riverside, [one])
    series = only_series()
    instance = series_index(series).instances[0]
    assert instance_bytes(series, instance) == one.data
    assert instance.transfer_syntax_uid == "1.2.840.10008.1.2.5"


@pytest.mark.peer
def test_a_study_is_stored_accepted_and_read_on_s3(
    riverside, settings, swift, django_capture_on_commit_callbacks
):
    settings.STORAGE_URL, settings.STORAGE_OPTIONS = swift.url, swift.options
    instances = cine(n_positions=2, n_phases=3)
    packs = [stored(riverside, instances[:4]), stored(riverside, instances[4:])]
    with django_capture_on_commit_callbacks(execute=True):
        accepted(riverside, instances, packs=packs)
    series = only_series()
    index = series_index(series)
    assert all(instance_bytes(series, index.find(one.sop_instance_uid)) == one.data for one in instances)
    segment = Segment.objects.get()
    named = {segment.object_name, segment.index_object_name, series.thumbnail_object}
    assert set(storage().names(str(riverside.pk))) == named
