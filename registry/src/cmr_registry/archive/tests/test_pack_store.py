import errno
import itertools

import pytest

from cmr_registry.archive.models import Pack, SeriesKey
from cmr_registry.archive.services import pack_listing
from cmr_registry.archive.tests.factories import held, image, new_instance, stored
from cmr_registry.lib import files
from cmr_registry.lib.errors import StorageError, StorageFullError
from cmr_registry.lib.scope import center_scope
from cmr_registry.lib.storage import storage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_centers")]


@pytest.fixture
def three():
    return [new_instance(image(number=number)) for number in (1, 2, 3)]


def test_a_request_becomes_one_object_and_one_row(riverside, three):
    pack = stored(riverside, three)
    assert list(storage().names()) == [pack.object_name]
    assert Pack.objects.get() == pack
    assert (pack.n_instances, pack.n_bytes) == (3, len(storage().get(pack.object_name)))


def test_the_object_is_named_by_its_center_and_the_hash_of_its_stored_bytes(riverside, three):
    pack = stored(riverside, three)
    assert pack.object_name == f"{riverside.pk}/{pack.stored_sha256[:2]}/{pack.stored_sha256}"


def test_the_listing_names_every_instance_in_order(riverside, three):
    rows = pack_listing(stored(riverside, three))
    assert [row.sop_instance_uid for row in rows] == [one.sop_instance_uid for one in three]
    assert [(row.sha256, row.size) for row in rows] == [(one.sha256, len(one.data)) for one in three]
    assert all(a.offset + a.length == b.offset for a, b in itertools.pairwise(rows))


def test_nothing_of_an_instance_can_be_read_on_the_disk(riverside, three):
    content = storage().get(stored(riverside, three).object_name)
    for one in three:
        assert one.data[400:500] not in content
        assert one.sop_instance_uid.encode() not in content
    assert b"DICM" not in content


def test_all_instances_of_a_series_share_a_key_and_no_other_series_has_it(riverside, three):
    other = new_instance(image(series="1.2.3.2"))
    stored(riverside, three)
    stored(riverside, [other])
    assert SeriesKey.objects.count() == 2
    stored(riverside, three)
    assert SeriesKey.objects.count() == 2


def test_a_pack_of_nothing_or_of_two_studies_is_a_programming_error(riverside, three):
    with pytest.raises(ValueError, match="one study"):
        stored(riverside, [])
    with pytest.raises(ValueError, match="one study"):
        stored(riverside, [*three, new_instance(image(study="1.2.4"))])


def test_what_is_in_a_pack_is_held(riverside, lakeside, three):
    stored(riverside, three)
    assert held(riverside) == {one.sop_instance_uid: one.sha256 for one in three}
    assert held(riverside, "1.2.4") == {}
    assert held(lakeside) == {}


def test_what_is_kept_apart_is_not_held(riverside, three):
    stored(riverside, three[:1])
    stored(riverside, [new_instance(image(number=1, size=16))], is_apart=True)
    assert held(riverside) == {three[0].sop_instance_uid: three[0].sha256}


def test_the_older_of_two_packs_counts(riverside, three):
    stored(riverside, three[:1])
    other = new_instance(image(number=1, size=16))
    stored(riverside, [other])
    assert other.sop_instance_uid == three[0].sop_instance_uid
    assert held(riverside)[other.sop_instance_uid] == three[0].sha256


@pytest.mark.parametrize("step", ["write", "fsync", "rename"])
def test_a_full_disk_stores_nothing_and_writes_no_row(riverside, three, monkeypatch, step):
    def full(*_args):
        raise OSError(errno.ENOSPC, "disk full")

    stored(riverside, three[:1])
    before = list(storage().names())
    with monkeypatch.context() as patch:
        patch.setattr(files.os, step, full)
        with pytest.raises(StorageFullError):
            stored(riverside, three[1:])
    assert Pack.objects.count() == 1
    assert list(storage().names()) == before
    stored(riverside, three[1:])
    assert len(held(riverside)) == 3


def test_the_object_is_durable_before_its_row_is_written(riverside, three, monkeypatch):
    seen = []

    def create(**values):
        seen.append(storage().exists(values["object_name"]))
        raise RuntimeError("killed before the row")

    monkeypatch.setattr(Pack.objects, "create", create)
    with pytest.raises(RuntimeError):
        stored(riverside, three)
    assert seen == [True]
    assert held(riverside) == {}


def test_a_store_that_fails_leaves_no_row(riverside, three, monkeypatch):
    def fail(*_args):
        raise OSError(errno.EIO, "bad disk")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(StorageError):
        stored(riverside, three)
    assert not Pack.objects.exists()


def test_a_scope_of_another_center_sees_no_pack(riverside, lakeside, three):
    stored(riverside, three)
    with center_scope([lakeside.pk]):
        assert held(riverside) == {}
