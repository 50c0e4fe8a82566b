"""What people do in the browser on the way of a study; every step leaves the page in a state that a person sees."""

import csv
import io
import json
import re

from axe_playwright_python.sync_playwright import Axe

WAIT_MS = 90_000


def look(page, path):
    """Open a page and hold it to what every page of the registry promises: no axe violation, a quiet console."""
    page.goto(page.base + path)
    page.wait_for_load_state("networkidle")
    examine(page)
    return page


def examine(page):
    """No accessibility violation, nothing said on the console, no sideways scrolling."""
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"][:200]) for one in found]
    assert page.said == [], page.said
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def press(page, name):
    """Press the button of this name and wait for the page that follows."""
    with page.expect_navigation(timeout=WAIT_MS):
        page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state("networkidle")


def follow(page, words):
    """Open what a list's row with these words leads to."""
    row = page.locator("main tr, main li, main article").filter(has_text=words)
    with page.expect_navigation(timeout=WAIT_MS):
        row.first.get_by_role("link").first.click()
    page.wait_for_load_state("networkidle")


def text_of(page):
    """What the page's main part says."""
    return page.inner_text("main")


def reload_until(page, words, seconds=120):
    """Reload until the page says `words`; what the worker does shows without anybody waiting at it."""
    for _ in range(int(seconds / 0.5)):
        if words in text_of(page):
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{words!r} never came; the page says {text_of(page)[:600]}")


def fill_section(page, answers):
    """Fill the fields of a section of the application by name."""
    for name, value in answers.items():
        field = page.locator(f"main [name={name}]")
        kind = field.first.evaluate("e => e.tagName + ':' + (e.type || '')")
        if kind.startswith("SELECT"):
            field.select_option(value)
        elif isinstance(value, list) and kind.endswith("checkbox"):
            for one in value:
                page.locator(f"main [name={name}][value='{one}']").check()
        elif isinstance(value, bool):
            field.set_checked(value)
        else:
            field.fill(lines_of(value))


def lines_of(value):
    """Rows of items as people type them: one a line."""
    if isinstance(value, list):
        return "\n".join(f"{row['item']}: {row['why']}" for row in value)
    return str(value)


def with_normal_motion(report, out):
    """The report of a synthetic exam as CSV, with all segments read as normal at rest."""
    (row,) = csv.DictReader(io.StringIO(report.read_text()))
    row["wm_rest_all_normal"] = "1"
    with out.open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)


def number_in(text, label):
    """The number that stands with a label in a list of figures, without its thousands' marks."""
    found = re.search(re.escape(label) + r"\s+([\d,]+)", text)
    assert found, (label, text[:800])
    return int(found[1].replace(",", ""))


def study_result(folder):
    """Hazard ratios and prevalence that `cmr-analysis study` wrote: by model and covariate, with their intervals."""
    with (folder / "tables" / "hazard_ratios.csv").open() as file:
        ratios = {(row["Model"], row["Covariate"]): row for row in csv.DictReader(file)}
    with (folder / "tables" / "flow.csv").open() as file:
        flow = [(row["Step"], int(row["Persons"])) for row in csv.DictReader(file)]
    return ratios, flow


def truth_of(folder, *centers):
    """The adjusted hazard ratio that the plant predicts for these centers."""
    truth = json.loads((folder / "truth.json").read_text())
    rows = {frozenset(row["centers"]): row["adjusted"] for row in truth["expected_hazard_ratio"]}
    return rows[frozenset(centers)]
