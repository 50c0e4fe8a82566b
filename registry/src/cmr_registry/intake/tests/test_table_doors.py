"""Pages and API of imported tables: what is shown, what is answered, and to whom."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from cmr_registry.centers.models import ParticipationAgreement
from cmr_registry.intake.models import TableImport
from cmr_registry.intake.table_selectors import tables_at_work
from cmr_registry.intake.table_services import table_chunk_work
from cmr_registry.intake.tests.table_factories import as_csv, as_xlsx, rows_of
from cmr_registry.lib.claims import work_claimed
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

pytestmark = pytest.mark.django_db
PAGE, API = "/centers/tables/", "/api/v1/tables"


@pytest.fixture
def coordinator(client, signed_in, coordinator_riverside):
    return signed_in(client, coordinator_riverside)


@pytest.fixture
def key(client, key_riverside):
    """`key(method, address, body)`: the connector of Riverside asks."""

    def ask(method, address, body=b"", content_type="text/csv"):
        headers = {"Authorization": f"Bearer {key_riverside}"}
        return getattr(client, method)(address, body, content_type=content_type, headers=headers)

    return ask


def upload(client, center, data, name="Doe Jane.csv"):
    return client.post(PAGE, {"center": str(center.pk), "table": SimpleUploadedFile(name, data, "text/csv")})


def work():
    with center_scope(ALL_CENTERS):
        while work_claimed(tables_at_work(), table_chunk_work, name="table"):
            pass


def imports():
    with center_scope(ALL_CENTERS):
        return list(TableImport.objects.all())


def with_questions():
    rows = rows_of(3)
    rows[0] |= {"lv_edv_ml": "640", "lv_esv_ml": "70"}
    rows[1] |= {"final_diagnosis": "577"}
    return rows


def test_a_table_is_brought_looked_at_and_taken_in(coordinator, riverside):
    answer = upload(coordinator, riverside, as_csv(with_questions()))
    (table,) = imports()
    assert answer["Location"] == reverse("intake:table", args=[table.pk])
    assert "The rows are being checked." in coordinator.get(answer["Location"]).content.decode()
    work()
    page = coordinator.get(answer["Location"]).content.decode()
    assert "Nothing has been taken in yet." in page
    assert "The cell is no answer of the item&#x27;s list." in page
    assert "577" not in page
    coordinator.post(reverse("intake:table_accept", args=[table.pk]), {"questions": "take"})
    work()
    page = coordinator.get(answer["Location"]).content.decode()
    assert "The table is taken in." in page
    assert imports()[0].takes_questions


def test_a_workbook_is_brought_as_well(coordinator, riverside):
    assert upload(coordinator, riverside, as_xlsx(rows_of()), "x.xlsx").status_code == 302
    assert imports()[0].n_rows == 6


def test_an_identified_table_is_answered_with_its_findings_and_without_a_cell(coordinator, riverside):
    rows = rows_of()
    rows[2]["lv_edv_ml"] = "Doe-Marker 1953"
    answer = upload(coordinator, riverside, as_csv(rows))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This table was refused, and nothing of it was stored" in page
    assert "Row 4, column 7" in page
    assert "Doe" not in page
    assert "1953" not in page
    assert imports() == []


def test_a_table_can_be_let_go(coordinator, riverside):
    upload(coordinator, riverside, as_csv(rows_of()))
    work()
    (table,) = imports()
    coordinator.post(reverse("intake:table_discard", args=[table.pk]))
    assert imports()[0].state == "discarded"
    assert "let go" in coordinator.get(PAGE).content.decode()
    answer = coordinator.post(
        reverse("intake:table_accept", args=[table.pk]), {"questions": "take"}, follow=True
    )
    assert "not waiting" in answer.content.decode()


def test_questions_and_refusals_are_a_csv(coordinator, riverside):
    upload(coordinator, riverside, as_csv(with_questions()))
    work()
    answer = coordinator.get(reverse("intake:table_remarks", args=[imports()[0].pk]))
    header, *lines = answer.content.decode().splitlines()
    assert header == "row,subject,exam,item,code,outcome,sentence"
    assert any(line.startswith("3,") and ",final_diagnosis,Selection,refused," in line for line in lines)


def test_a_file_that_is_none_and_a_decision_that_is_none_are_refused(coordinator, riverside):
    assert upload(coordinator, riverside, b"").status_code == 422
    assert coordinator.post(PAGE, {"center": str(riverside.pk)}).status_code == 422
    upload(coordinator, riverside, as_csv(rows_of()))
    address = reverse("intake:table_accept", args=[imports()[0].pk])
    assert coordinator.post(address, {"questions": "perhaps"}).status_code == 400


def test_a_center_without_agreement_reads_why(coordinator, riverside):
    ParticipationAgreement.objects.all().delete()
    answer = upload(coordinator, riverside, as_csv(rows_of()))
    assert answer.status_code == 422
    assert "agreement" in answer.content.decode()


def test_the_pages_need_few_statements_however_long_the_table(
    coordinator, riverside, django_assert_max_num_queries
):
    upload(coordinator, riverside, as_csv(with_questions()))
    upload(coordinator, riverside, as_csv(rows_of(60, seed=5)))
    work()
    for table in imports():
        with django_assert_max_num_queries(12):
            coordinator.get(reverse("intake:table", args=[table.pk]))
    with django_assert_max_num_queries(12):
        coordinator.get(PAGE)


def test_a_machine_brings_a_table_and_reads_what_became_of_it(key):
    body = as_csv(with_questions())
    first = key("post", API, body).json()
    assert (first["state"], first["is_running"], first["center"]) == ("importing", True, "riverside")
    assert key("post", API, body).json()["id"] == first["id"]
    work()
    after = key("get", f"{API}/{first['id']}").json()
    assert (after["state"], after["rows"]["new"], after["n_rows_done"]) == ("done", 3, 3)
    assert after["values"]["refused"] == 1
    rows = key("get", f"{API}/{first['id']}/rows").json()
    assert [row["row"] for row in rows["rows"]] == [2, 3, 4]
    assert rows["next_page"] is None
    said = key("get", f"{API}/{first['id']}/rows?remarks=true").json()["rows"]
    assert {"final_diagnosis"} <= {remark["item"] for row in said for remark in row["remarks"]}


def test_a_machine_may_leave_the_decision_to_a_person(key):
    table = key("post", f"{API}?accept=false&center=riverside", as_csv(rows_of())).json()
    assert table["state"] == "checking"
    work()
    assert key("get", f"{API}/{table['id']}").json()["state"] == "preview"


def test_a_machine_reads_why_a_table_is_refused(key):
    answer = key("post", API, as_csv([{**row, "Nachname": "Doe"} for row in rows_of()]))
    document = answer.json()
    assert (answer.status_code, document["code"]) == (422, "table_holds_identifiers")
    assert answer["Content-Type"] == "application/problem+json"
    assert document["n_findings"] == 1
    (finding,) = document["findings"]
    assert (finding["kind"], finding["row"], finding["column"], finding["item"]) == ("name", 1, 12, "")
    assert finding["sentence"] == "The column is called like a name of a person."
    assert key("post", API, b"%PDF").json()["code"] in ("table_unreadable", "table_holds_identifiers")
    assert imports() == []


def test_a_machine_is_told_what_it_may_not(key, lakeside, riverside, monkeypatch):
    assert key("post", f"{API}?center=lakeside", as_csv(rows_of())).status_code == 403
    assert key("post", f"{API}?center=nowhere", as_csv(rows_of())).status_code == 403
    assert key("post", f"{API}?questions=perhaps", as_csv(rows_of())).status_code == 422
    monkeypatch.setattr("cmr_registry.intake.table_api.MAX_TABLE", 1000)
    assert key("post", API, b"x" * 1001).status_code == 413
    ParticipationAgreement.objects.all().delete()
    assert key("post", API, as_csv(rows_of())).status_code == 409


def test_the_terminal_shows_how_far_a_table_is(key, capsys):
    table = key("post", API, as_csv(rows_of())).json()
    call_command("tables")
    assert f"{table['id']} riverside: importing, 0 of 6 rows (0 %)" in capsys.readouterr().out
    work()
    call_command("tables", "--watch", "--json")
    assert json.loads(capsys.readouterr().out)["state"] == "done"
