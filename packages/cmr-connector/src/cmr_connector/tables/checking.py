"""Golden samples of saved mappings, read again by every new version and every new dictionary (F18)."""

from cmr_connector import log
from cmr_connector.store import Store
from cmr_dictionary import load
from cmr_dictionary.mapping import Mapping, MappingRejected, freeze, regress

_MOST_SAID = 20


class SampleChecks:
    """Reads the golden samples and keeps what was found."""

    def __init__(self, store: Store) -> None:
        """Use this store."""
        self._store = store

    def check_all(self) -> int:
        """Let every mapping's samples be read by the present dictionary. Returns how many mappings wait for a person.

        Runs at every start; a mapping that was checked under this dictionary is not checked again.
        """
        store, n_changed = self._store, 0
        for name in store.mappings.names():
            version = store.mappings.newest_version(name)
            found = store.mappings.checked(name, version, load().digest)
            if found is None:
                try:
                    self.check(store.mappings.get(name, version))
                except MappingRejected as rejected:
                    store.mappings.check_put(name, version, load().digest, 0, -1, [str(rejected)])
                found = store.mappings.checked(name, version, load().digest)
                log.event("mapping_checked", n_changed=found.n_changed if found else 0)
            n_changed += bool(found and found.n_changed)
        return n_changed

    def confirm(self, name: str) -> None:
        """A person says that what the samples become now is right: they are frozen anew."""
        with self._store.transaction():
            mapping = self._store.mappings.newest(name)
            if mapping is not None:
                self.freeze_again(mapping)
                self.check(mapping)

    def unconfirmed(self, mapping: Mapping) -> tuple[str, ...]:
        """Why a mapping may not be used without a person; empty where nothing changed."""
        found = self._store.mappings.checked(mapping.id, mapping.version, load().digest)
        if found is None or not found.n_changed:
            return ()
        return (
            "The golden samples of the mapping become other values than they were frozen with.",
            *found.said,
        )

    def freeze_again(self, mapping: Mapping) -> None:
        """Freeze the samples with what the mapping makes of them now."""
        for sample in self._store.mappings.samples(mapping.id):
            self._store.mappings.sample_put(mapping.id, freeze(mapping, sample.cells, sample.exam_date))

    def check(self, mapping: Mapping) -> None:
        """Let the samples be read, and keep what changed."""
        samples = self._store.mappings.samples(mapping.id)
        differences = regress(mapping, samples)
        n_changed = len({one.sample for one in differences})
        said = list(dict.fromkeys(one.sentence for one in differences))[:_MOST_SAID]
        self._store.mappings.check_put(
            mapping.id, mapping.version, load().digest, len(samples), n_changed, said
        )
