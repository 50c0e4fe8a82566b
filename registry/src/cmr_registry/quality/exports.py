"""The report as PDF and CSV, and findings as CSV: the numbers of the pages, and nothing else."""

import csv
import io
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import escape

from cmr_registry.centers.models import Center
from cmr_registry.lib.pdf import Block, Grid, Heading, Points, Text, pdf_of
from cmr_registry.quality.models import Finding
from cmr_registry.quality.quarters import quarter_words
from cmr_registry.quality.reporting import ItemLine, Report, RuleLine, color_words
from cmr_registry.quality.selectors import EXPORT_MOST
from cmr_registry.quality.shares import Share

FINDING_COLUMNS = ("exam", "item", "rule", "code", "severity", "who", "quarter", "sentence", "mend_at")
REPORT_COLUMNS = (
    *("part", "name", "label", "numerator", "denominator", "percent"),
    *("centers", "peer_q1_per_thousand", "peer_median_per_thousand", "peer_q3_per_thousand", "place", "note"),
)
N_COLUMNS = len(REPORT_COLUMNS)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet would run."""


def report_csv(center: Center, report: Report) -> str:
    """A line per number: what it is, numerator, denominator, percentage, comparison."""
    lines = [
        _line("center", center.code, center.name),
        _line("quarter", report.tally.quarter, quarter_words(report.tally.quarter)),
        _line("color", report.color.value if report.color else "", " ".join(report.why)),
        *(_line("exams", color.value, f"{color.value} exams", share) for color, share in report.colors),
        *_overall_lines(report),
        *(_item_line(line) for line in report.items if line.known.den),
        *(_rule_line(rule, report.tally.n_exams) for rule in report.rules),
        *(_line("source", line.words, line.words, line.values) for line in report.sources),
        *(_line("trend", line.quarter, "known", line.known) for line in report.trend if line.known.den),
        *(
            _line("month", line.month, "delivered", line.delivered, note=line.source)
            for line in report.months
        ),
    ]
    return _csv(REPORT_COLUMNS, lines)


def report_pdf(center: Center, report: Report) -> bytes:
    """The report for printing."""
    quarter = quarter_words(report.tally.quarter)
    blocks: list[Block] = [
        Heading(1, f"Data quality of {escape(center.name)}"),
        Text(f"{escape(quarter.capitalize())} · <b>{escape(color_words(report.color))}</b>"),
        Points(tuple(escape(sentence) for sentence in report.why)),
        Heading(2, "Exams"),
        Grid(
            (
                ("Exams", "Number", "Share"),
                *((color_words(color), share.of, share.text) for color, share in report.colors),
            )
        ),
        *_completeness(report),
        *_found(report),
        *_over_time(report),
    ]
    footer = f"CMR Registry · {center.code} · {report.tally.quarter}" + (
        " · synthetic data" if settings.DEMO else ""
    )
    return pdf_of(title=f"Data quality of {center.name}, {quarter}", blocks=blocks, footer=footer)


def findings_csv(rows: QuerySet[Finding]) -> str:
    """One line per finding with the way to where it is mended; the first `EXPORT_MOST` of them."""
    found = list(rows[: EXPORT_MOST + 1])
    lines: Iterator[tuple[str, ...]] = (_finding(row) for row in found[:EXPORT_MOST])
    return _csv(FINDING_COLUMNS, lines)


def _finding(row: Finding) -> tuple[str, ...]:
    address = f"{settings.BASE_URL}{reverse('exams:case_report', args=[row.examination_id])}#f-{row.item}"
    return (
        *(row.examination.pseudonym, row.item, row.rule, row.code, row.severity, row.who),
        *(row.quarter, row.sentence, address),
    )


def _overall_lines(report: Report) -> list[tuple[str, ...]]:
    if not report.items:
        return []
    return [
        _item_cells("all", "known", "all owed items, known", report.known, report),
        _line("all", "answered", "all owed items, known or with a reason", report.answered),
    ]


def _item_line(line: ItemLine) -> tuple[str, ...]:
    return _item_cells("item", line.name, line.label, line.known, line)


def _item_cells(part: str, name: str, label: str, known: Share, line: ItemLine | Report) -> tuple[str, ...]:
    cells = _line(part, name, label, known)[:6]
    spread = line.comparison
    if spread is None:
        return (*cells, "", "", "", "", "", "")
    numbers = (spread.centers, spread.q1.num, spread.median.num, spread.q3.num)
    return (*cells, *map(str, numbers), str(spread.place or ""), "")


def _line(part: str, name: str, label: str, share: Share | None = None, *, note: str = "") -> tuple[str, ...]:
    numbers = (
        (str(share.num), str(share.den), f"{share.percent:.1f}" if share.den else "") if share else ("",) * 3
    )
    return (part, name, label, *numbers, *("",) * (N_COLUMNS - 7), note)


def _rule_line(rule: RuleLine, n_exams: int) -> tuple[str, ...]:
    note = f"{rule.findings} finding{'' if rule.findings == 1 else 's'}"
    return _line("finding", rule.rule, rule.title, Share(rule.exams, n_exams), note=note)


def _completeness(report: Report) -> list[Block]:
    if not report.items:
        return []
    rows = [("Item", "Known", "Share", "Centers' median", "Middle half", "Place")]
    rows.append(_item_row("<b>All owed items</b>", report.known, report))
    rows += [_item_row(escape(line.label), line.known, line) for line in (*report.minimum, *report.others)]
    widths = (136.0, 82.0, 50.0, 60.0, 112.0, 43.0)
    note = report.no_comparison or "Centers stand unnamed behind median and middle half."
    return [Heading(2, "Completeness"), Text(escape(note)), Grid(tuple(rows), widths)]


def _item_row(label: str, known: Share, line: ItemLine | Report) -> tuple[str, str, str, str, str, str]:
    spread = line.comparison
    if spread is None:
        return label, known.of, known.text, "", "", ""
    place = f"{spread.place} of {spread.centers}" if spread.place else ""
    return label, known.of, known.text, spread.median.text, f"{spread.q1.text} to {spread.q3.text}", place


def _found(report: Report) -> list[Block]:
    if not report.rules:
        return [Heading(2, "What the checks found"), Text("Nothing.")]
    rows = [("Check", "Is", "Findings", "Exams")]
    for rule in report.rules:
        kind = "error" if rule.is_error else "question"
        rows.append((escape(rule.title), kind, f"{rule.findings:,}", f"{rule.exams:,}"))
    return [Heading(2, "What the checks found"), Grid(tuple(rows), (280.0, 65.0, 65.0, 65.0))]


def _over_time(report: Report) -> list[Block]:
    trend = [("Quarter", "Exams", "Color", "Known", "Share")]
    for line in report.trend:
        name = line.color.value if line.color else ""
        trend.append((line.quarter, f"{line.n_exams:,}", name, line.known.of, line.known.text))
    blocks: list[Block] = [Heading(2, "Quarters"), Grid(tuple(trend))]
    if report.months:
        months = [("Month", "Delivered", "Share", "Counted")]
        for month in report.months:
            months.append((month.month, month.delivered.of, month.delivered.text, month.source))
        blocks += [Heading(2, "Exams delivered, of those the hospital made"), Grid(tuple(months))]
    if report.sources:
        sources = [("Source", "Values", "Share", "Exams")]
        for source in report.sources:
            sources.append((source.words, source.values.of, source.values.text, f"{source.exams:,}"))
        blocks += [Heading(2, "Where values came from"), Grid(tuple(sources))]
    return blocks


def _csv(columns: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns)
    for line in lines:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in line])
    return stream.getvalue()
