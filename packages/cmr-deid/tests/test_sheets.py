import re

from cmr_deid.explain import SENTENCES, Row, before_after
from cmr_deid.sheets import TITLES, Sheet, counts_in_words, grouped, page_html, sheet_html, sheet_text


def row(path, action, before, after, **more):
    place = tuple(int(tag[1:5] + tag[6:10], 16) for tag in re.findall(r"\([0-9A-F,]{9}\)", path))
    place = tuple(n for tag in place for n in (tag, 0))[:-1]
    return Row(path, more.pop("keyword", "Keyword"), before, after, action, "why", place=place, **more)


def test_every_action_has_a_title_in_the_order_of_its_sentence():
    assert list(TITLES) == list(SENTENCES)


def test_rows_are_grouped_by_what_happens_and_counted(mr, engine):
    source = mr()
    result = engine.deidentify(source)
    rows = before_after(source, result.data, result.changes)
    groups = grouped(rows)
    assert sum(map(len, groups.values())) == len(rows)
    assert list(groups) == [action for action in SENTENCES if action in groups]
    assert f"{len(groups['removed'])} removed" in counts_in_words(rows)
    html = sheet_html(rows)
    assert f"<b>{len(groups['kept'])}</b> kept as it is" in html
    assert html.count("<tr>") + html.count("<tr class") == len(rows) + len(groups)


def test_values_of_a_file_are_escaped_everywhere():
    hostile = '<script>alert("x")</script>&'
    rows = [
        row("(0010,0010)", "replaced", hostile, "AB"),
        row("(0008,103E)", "cleaned", f"cine {hostile}", "cine"),
        row("(0029,1001)", "removed", hostile, None, keyword="", creator=hostile),
    ]
    page = page_html(
        hostile, [Sheet(hostile, rows, hostile, (("data:image/png;base64,AA", hostile),))], lead=hostile
    )
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_page_stands_alone_and_warns_that_it_holds_patient_data(mr, engine):
    source = mr()
    rows = before_after(source, engine.deidentify(source).data)
    page = page_html("Before and after", [Sheet("Series 1", rows), Sheet("Series 2", rows)])
    assert "Patient data." in page
    assert not re.search(r"https?://|<script|<link|@import|url\(", page)
    assert page.count('href="#sheet-') == 2
    alone = page_html("Before and after", [Sheet("Series 1", rows)])
    assert "<nav" not in alone


def test_without_values_no_value_and_no_private_creator_is_shown(mr, engine):
    def plant(dataset):
        dataset.private_block(0x0029, "Zebulonia", create=True).add_new(1, "LO", "Fnordvexil")
        dataset.add_new(0x00081199, "LO", "Fnordvexil")

    source = mr(edit=plant)
    rows = before_after(source, engine.deidentify(source).data)
    for shown in (
        page_html("Explained", [Sheet("One image", rows)], values=False),
        sheet_text(rows, values=False),
    ):
        assert not re.search("Fnordvexil|Zebulonia|MRN-0042177|20210304", shown)
        assert "PatientName" in shown
    assert "Patient data." not in page_html("Explained", [Sheet("One image", rows)], values=False)


def test_what_differs_in_a_cleaned_value_is_marked():
    rows = [
        row("(0008,103E)", "cleaned", "cine_sax Fnordvexil", "cine_sax"),
        row("(0008,0020)", "shifted", "20210304", "20201105"),
    ]
    html = sheet_html(rows)
    assert "cine_sax<del> Fnordvexil</del>" in html
    assert "<del>20210304</del>" in html
    assert "<ins>20201105</ins>" in html


def test_absent_and_empty_values_are_told_apart():
    rows = [
        row("(0008,0050)", "emptied", "X", ""),
        row("(0008,0080)", "removed", "X", None),
        row("(0012,0062)", "added", None, "YES"),
    ]
    html = sheet_html(rows)
    assert '<span class="missing">empty</span>' in html
    assert '<span class="missing">removed</span>' in html
    assert '<span class="missing">not there</span>' in html
    text = sheet_text(rows)
    assert "X -> (empty)" in text
    assert "(not there) -> YES" in text


def test_nested_attributes_are_set_in_and_unknown_ones_named():
    rows = [
        row("(0040,0275)[1]/(0040,1001)", "removed", "X", None),
        row("(0009,1001)", "removed", "X", None, keyword="", creator="GEMS_IDEN_01"),
        row("(0008,FFF0)", "removed", "X", None, keyword=""),
        Row("(0008,FFF1)", "", "X", None, "removed", "why"),
    ]
    html = sheet_html(rows)
    assert '<tr class="deep-1">' in html
    assert "private: GEMS_IDEN_01" in html
    assert html.count("unknown attribute") == 2
    text = sheet_text(rows)
    assert "    (0040,1001) Keyword" in text
    assert "(0009,1001) private: GEMS_IDEN_01" in text
