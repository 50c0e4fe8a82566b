"""De-identification beside dicognito, dicom-anonymizer and gdcmanon: the same CMR instances, one core, same run.

Counted is the time of the processor, user and system, of everything from reading a file to writing one. What the
peers do is less: none of them reads acquisition facts, searches its output or keeps the science of private
elements (deid-security.md section 5).
"""

import datetime
import os
import resource
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pydicom
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from dicognito.anonymizer import Anonymizer
from dicomanonymizer.simpledicomanonymizer import anonymize_dicom_file

from benchmarks.report import Figure
from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_deid.leaks import search
from cmr_deid.pixel_data import pixels_equal
from cmr_deid.verify import inspect
from cmr_testkit.exam import make_exam

INSTANCES, PEER_INSTANCES, ROUNDS = 600, 120, 3
FEW, MANY = 100, 5000
SIDE, CSA_BYTES = 200, 44_000
_PIXELS, _CSA = 0x7FE00010, ((0x0029, 0x1010), (0x0029, 0x1020))
_INSTANCE_UID, _NUMBER = 0x00080018, 0x00200013
Work = Callable[[Path, Path, int], None]


def run() -> list[Figure]:
    """Instances per second of the engine and of the pipeline beside three peers; memory of few and of many."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        with tempfile.TemporaryDirectory(prefix="cmr-bench-") as name:
            return _figures(Path(name))
    finally:
        os.sched_setaffinity(0, cores)


def _figures(folder: Path) -> list[Figure]:
    count = _prepare(folder)
    key, certificate = _certificate(folder)
    works: dict[str, tuple[Work, int]] = {
        "engine": (_engine, count),
        "pipeline": (_pipeline, count),
        "dicognito": (_dicognito, PEER_INSTANCES),
        "dicom-anonymizer": (_dicom_anonymizer, PEER_INSTANCES),
        "gdcmanon": (_Gdcmanon(key, certificate), count),
    }
    rates = dict.fromkeys(works, 0.0)
    for _ in range(ROUNDS):
        for name, (work, instances) in works.items():
            rates[name] = max(rates[name], instances / _seconds(work, folder, instances))
    peers = [name for name in rates if name not in ("engine", "pipeline")]
    figures = [
        Figure(f"de-identification, {what}", "instances/s", rates[what], rates[peer], peer)
        for what in ("engine", "pipeline")
        for peer in peers
    ]
    few, many = (_peak_memory(folder, instances) for instances in (FEW, MANY))
    what = f"memory of {MANY} instances beside {FEW}"
    return [*figures, Figure(what, "MiB", many, few, "the same, fewer instances", higher_is_better=False)]


def _prepare(folder: Path) -> int:
    """Write Siemens instances of about 170 kB, half of it CSA headers, as scanners write them."""
    source = folder / "source"
    source.mkdir()
    exam = make_exam(folder / "exam", vendor="siemens", size="full", seed=1)
    for number, path in enumerate(exam.files[:INSTANCES]):
        dataset = pydicom.dcmread(path)
        dataset.Rows = dataset.Columns = SIDE
        dataset[_PIXELS].value = dataset.PixelData[: SIDE * SIDE * 2]
        for place in _CSA:
            if place in dataset:
                dataset[place].value = dataset[place].value.ljust(CSA_BYTES, b"\0")
        dataset.save_as(source / f"{number:04d}.dcm")
    return min(INSTANCES, len(exam.files))


def _seconds(work: Work, folder: Path, instances: int) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as out:
        before = _processor_seconds()
        work(folder / "source", Path(out), instances)
        return _processor_seconds() - before


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _new_engine() -> Engine:
    return Engine(Identities(new_key(secrets.token_bytes(32))))


def _files(source: Path, instances: int) -> list[Path]:
    return sorted(source.iterdir())[:instances]


def _engine(source: Path, out: Path, instances: int) -> None:
    engine = _new_engine()
    for path in _files(source, instances):
        (out / path.name).write_bytes(engine.deidentify(path.read_bytes()).data)


def _pipeline(source: Path, out: Path, instances: int) -> None:
    engine = _new_engine()
    for path in _files(source, instances):
        (out / path.name).write_bytes(_looked_at_twice(engine, path.read_bytes()))


def _looked_at_twice(engine: Engine, data: bytes) -> bytes:
    result = engine.deidentify(data)
    inspect(result.data)
    search(result.data, result.removed_values)
    if not pixels_equal(data, result.data):
        raise RuntimeError("pixels changed")
    return result.data


def _dicognito(source: Path, out: Path, instances: int) -> None:
    anonymizer = Anonymizer()
    for path in _files(source, instances):
        with pydicom.dcmread(path) as dataset:
            anonymizer.anonymize(dataset)
            dataset.save_as(out / path.name)


def _dicom_anonymizer(source: Path, out: Path, instances: int) -> None:
    for path in _files(source, instances):
        anonymize_dicom_file(str(path), str(out / path.name))


class _Gdcmanon:
    """`gdcmanon` in the mode of PS3.15, which encrypts the originals for a certificate."""

    def __init__(self, key: Path, certificate: Path) -> None:
        self._key, self._certificate = key, certificate

    def __call__(self, source: Path, out: Path, instances: int) -> None:
        keys = ["-k", str(self._key), "-c", str(self._certificate)]
        command = ["gdcmanon", "-e", *keys, "-i", str(source), "-o", str(out)]
        subprocess.run(command, check=True, capture_output=True)
        if len(list(out.iterdir())) != instances:
            raise RuntimeError("gdcmanon left instances out")


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "benchmark")])
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days=36_500))
    certificate = builder.sign(key, hashes.SHA256())
    form = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    paths = folder / "key.pem", folder / "certificate.pem"
    paths[0].write_bytes(key.private_bytes(form, *plain))
    paths[1].write_bytes(certificate.public_bytes(form))
    return paths


def _peak_memory(folder: Path, instances: int) -> float:
    """Peak of a process of its own that takes so many instances through the pipeline, in MiB."""
    command = [sys.executable, "-m", "benchmarks.deid", str(folder / "source"), str(instances)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _distinct(source: Path, instances: int) -> Iterator[bytes]:
    """So many instances, no two with the same UID."""
    files = _files(source, instances)
    for number in range(instances):
        data = files[number % len(files)].read_bytes()
        uid = pydicom.dcmread(files[number % len(files)], specific_tags=[_INSTANCE_UID]).SOPInstanceUID
        other = f"{uid[:-5]}{number:05d}"[-len(uid) :]
        yield data.replace(uid.encode(), other.encode())


def _main(source: Path, instances: int) -> None:
    engine = _new_engine()
    for data in _distinct(source, instances):
        _looked_at_twice(engine, data)
    print(_own_peak_kib() / 1024)


def _own_peak_kib() -> int:
    """Peak of this process alone; `getrusage` would count what its parent held when it forked."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]))
