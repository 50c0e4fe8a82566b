import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from django.core.management import CommandError, call_command

from cmr_registry.accounts.models import Account
from cmr_registry.audit.models import AuditEvent
from cmr_registry.audit.services import event_record
from cmr_registry.intake.models import Delivery
from cmr_registry.intake.services import delivery_open, instances_store
from cmr_registry.intake.tests.factories import manifest_of
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

MAIN = "import sys; from cmr_registry.config.cli import main; sys.argv[0] = 'cmr-registry'; main()"


@pytest.mark.django_db(transaction=True)
def test_the_worker_accepts_what_is_complete_and_ends(principal_riverside, riverside, instances):
    with center_scope(ALL_CENTERS):
        delivery = delivery_open(principal=principal_riverside, manifest=manifest_of(riverside, instances))
        instances_store(
            principal=principal_riverside,
            delivery_id=delivery.pk,
            instances=[one.data for one in instances],
        )
    call_command("worker", "--once")
    with center_scope(ALL_CENTERS):
        assert Delivery.objects.get().state == "accepted"


@pytest.mark.django_db
def test_createadmin_reads_the_password_from_a_pipe(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("a long enough password 17\n"))
    call_command("createadmin", "--email", "s@example.org", "--name", "S", stdout=io.StringIO())
    account = Account.objects.get()
    assert [grant.role for grant in account.registry_role_grants.all()] == ["registry steward"]


@pytest.mark.django_db
def test_createadmin_refuses_a_weak_password_with_2(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError) as refused:
        call_command("createadmin", "--email", "s@example.org", "--name", "S")
    assert refused.value.returncode == 2
    assert not Account.objects.exists()


@pytest.fixture
def trail(db):
    return [event_record(actor="job:x", action="exam.accept") for _ in range(5)]


def test_auditcheck_names_the_broken_position(trail):
    call_command("auditcheck", stdout=io.StringIO())
    AuditEvent.objects.filter(sequence=3).update(actor="account:other")
    with pytest.raises(CommandError, match="registry is broken at event 3"):
        call_command("auditcheck")


def test_auditcheck_finds_a_cut_off_tail_by_a_kept_head(trail, tmp_path):
    kept = io.StringIO()
    call_command("auditcheck", "--json", stdout=kept)
    heads = tmp_path / "heads.json"
    heads.write_text(kept.getvalue())
    call_command("auditcheck", "--heads", str(heads), stdout=io.StringIO())
    AuditEvent.objects.filter(sequence=5).delete()
    with pytest.raises(CommandError, match="no longer holds event 5"):
        call_command("auditcheck", "--heads", str(heads))


def test_auditcheck_refuses_a_file_that_is_none(trail, tmp_path):
    with pytest.raises(CommandError) as refused:
        call_command("auditcheck", "--heads", str(tmp_path / "none"))
    assert refused.value.returncode == 2


@pytest.fixture
def command(tmp_path):
    """`command(*arguments)`: a process of `cmr-registry` on an embedded registry of its own."""
    environment = {"PATH": os.environ["PATH"], "CMR_DATA_DIR": str(tmp_path / "registry")}
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", MAIN, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer_of(url, process):
    for _ in range(300):
        assert process.poll() is None, process.stderr.read()
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server never answered")


def test_the_server_answers_and_ends_at_a_term_signal(command):
    assert command("migrate", "--verbosity", "0").wait(60) == 0
    port = free_port()
    server = command("serve", "--port", str(port))
    assert answer_of(f"http://127.0.0.1:{port}/readyz", server)["status"] == "ok"
    server.send_signal(signal.SIGTERM)
    _, log = server.communicate(timeout=30)
    assert server.returncode == 0
    assert all(json.loads(line) for line in log.splitlines()), "nothing but JSON lines"


def test_all_that_the_server_writes_is_for_its_own_user(command, tmp_path):
    before = os.umask(0)
    try:
        assert command("migrate", "--verbosity", "0").wait(60) == 0
        port = free_port()
        server = command("serve", "--port", str(port))
        answer_of(f"http://127.0.0.1:{port}/api/v1/receipt-key", server)
        answer_of(f"http://127.0.0.1:{port}/readyz", server)
    finally:
        os.umask(before)
    folder = tmp_path / "registry"
    written = [folder, *folder.rglob("*")]
    assert {"registry.sqlite", "secret-key", "keyring.json"} <= {path.name for path in written}
    assert [path.name for path in written if path.exists() and path.stat().st_mode & 0o077] == []


def test_the_worker_ends_at_a_term_signal(command):
    assert command("migrate", "--verbosity", "0").wait(60) == 0
    worker = command("worker")
    assert "worker_started" in worker.stderr.readline()
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=30)
    assert worker.returncode == 0


def test_the_server_refuses_a_database_that_is_not_migrated_with_2(command):
    server = command("serve")
    _, text = server.communicate(timeout=60)
    assert server.returncode == 2
    assert "cmr-registry migrate" in text


def test_the_reference_is_written_where_it_is_asked_for(tmp_path):
    call_command("writereference", "--folder", str(tmp_path / "reference"), stdout=io.StringIO())
    assert "CMR_DATABASE_URL" in (tmp_path / "reference" / "settings.md").read_text()


@pytest.mark.django_db
def test_the_check_command_ends_with_2_for_a_wrong_setting(settings):
    settings.BASE_URL = "nowhere"
    with pytest.raises(CommandError, match="CMR_BASE_URL") as refused:
        call_command("check")
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="CMR_BASE_URL") as refused:
        call_command("auditcheck")
    assert refused.value.returncode == 2


def test_a_taken_port_is_said_and_ends_with_2(command):
    assert command("migrate", "--verbosity", "0").wait(60) == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = command("serve", "--port", str(taken.getsockname()[1]))
        _, text = server.communicate(timeout=60)
    assert server.returncode == 2
    assert "port" in text
    assert "Traceback" not in text
