"""What the page is told while one types."""

from cmr_dictionary.case_report import SOURCE_WORDS, Answer, look, minimum_items
from cmr_dictionary.checks import Surroundings

STORED = {
    "sex": {"value": "F", "source": "dicom"},
    "scanner_vendor": {"value": "1", "source": "dicom"},
    "lv_edv_ml": {"value": 150.0, "source": "report_csv"},
    "lv_method": {"value": "1", "source": "center_profile"},
    "iq_global": {"value": "1", "source": "desk"},
}


def looked(**texts):
    return look(STORED, {name: Answer((text,)) for name, text in texts.items()})


def test_what_is_typed_is_asked_about_computed_and_questioned():
    found = looked(lv_esv_ml="75", lv_ef_reported_pct="40", lge_performed="1")
    assert found.derived["lv_ef_pct"] == "50 %"
    assert "lv_ef_reported_pct" in found.questions
    assert found.asked["lge_present"]
    assert not found.asked["lge_pattern"]
    assert found.problems == {}


def test_a_problem_leaves_the_stored_value_in_force():
    found = looked(lv_edv_ml="much", lv_esv_ml="75")
    assert set(found.problems) == {"lv_edv_ml"}
    assert found.derived["lv_ef_pct"] == "50 %"


def test_a_computed_value_counts_for_branching():
    found = looked(
        native_t1_ms="1000",
        post_t1_ms="450",
        native_t1_blood_ms="1600",
        post_t1_blood_ms="300",
        hematocrit_pct="40",
    )
    assert "ecv_pct" in found.derived
    assert found.asked["hct_source"]
    assert not looked().asked["hct_source"]


def test_items_are_counted_by_who_said_them():
    found = looked(lv_esv_ml="75", lv_wt_max_mm="11")
    assert found.typed == 3, "two now, one before"
    assert found.known_from == {"dicom": 2, "report_csv": 1, "center_profile": 1}
    assert found.minimum.n_typed == 2, "wall thickness is no item of the minimum"
    assert set(found.minimum.open) <= set(minimum_items())
    assert "lge_present" not in found.minimum.open, "not asked yet"
    assert found.minimum.n_asked == len(found.minimum.open) + 2 + 4


def test_a_corrected_value_is_typed():
    assert looked(lv_edv_ml="151").known_from == {"dicom": 2, "center_profile": 1}


def test_the_document_says_the_count_in_words():
    document = looked(lv_esv_ml="75").to_document(SOURCE_WORDS)
    assert document["count"].startswith("2 of ")
    parts = {"2 from the image header", "1 from the report (table)", "1 from the center profile"}
    assert parts < set(document["count"].split("; "))
    assert "lge_pattern" in document["not_asked"]
    assert document["open"]


def test_reports_of_two_kinds_are_one_source_in_words():
    words = dict.fromkeys(["report_csv", "report_hl7"], "from the report")
    stored = {
        "sex": {"value": "F", "source": "report_csv"},
        "iq_global": {"value": "1", "source": "report_hl7"},
    }
    assert "2 from the report" in look(stored, {}).to_document(words)["count"]


def test_what_surrounds_the_exam_is_asked_about_where_it_is_known():
    stored = {
        "lge_performed": {"value": 1, "source": "desk"},
        "lge_present": {"value": "0", "source": "desk"},
    }
    alone = look(stored, {}).questions
    beside_images = look(stored, {}, Surroundings(kinds=frozenset({"cine"}))).questions
    assert set(beside_images) > set(alone)


def test_the_short_form_has_about_thirty_items():
    assert 25 <= len(minimum_items()) <= 35
