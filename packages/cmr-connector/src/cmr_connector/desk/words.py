"""Words, colors and forms in which the desk says what the store knows."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cmr_connector.desk.icons import ICONS
from cmr_connector.rows import InstanceRow
from cmr_connector.states import DeliveryState, ExamState, InstanceState, ReportState
from cmr_deid.explain import Row
from cmr_deid.sheets import sheet_html
from cmr_exchange.reasons import reason as reason_of

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Said:
    """A state in words.

    Attributes:
        word: one or two words. tone: `ok`, `warn`, `bad` or empty. sentence: what it means for the reader.
    """

    word: str
    tone: str
    sentence: str


EXAM: dict[ExamState, Said] = {
    ExamState.ARRIVING: Said(
        "arriving", "", "Images are coming in; it waits until nothing has come for a while."
    ),
    ExamState.PREPARING: Said("preparing", "", "Its images are being de-identified and checked."),
    ExamState.HELD: Said("held", "warn", "It waits for a person; nothing of it leaves before."),
    ExamState.REJECTED: Said("stays here", "", "None of its images may leave the hospital."),
    ExamState.QUEUED: Said("queued", "", "It is ready and waits to be sent."),
    ExamState.SENDING: Said("sending", "", "It is on its way to the registry."),
    ExamState.CONFLICT: Said("in conflict", "bad", "The registry's steward has to decide; nothing is lost."),
    ExamState.DELIVERED: Said("delivered", "ok", "The registry holds it and has signed a receipt."),
}

DELIVERY: dict[DeliveryState, Said] = {
    DeliveryState.QUEUED: Said("queued", "", "It waits to be sent."),
    DeliveryState.SENDING: Said("sending", "", "It is on its way."),
    DeliveryState.ACCEPTED: Said("received", "ok", "The registry has signed a receipt."),
    DeliveryState.CONFLICT: Said("in conflict", "bad", "The steward has to decide."),
    DeliveryState.REFUSED: Said("refused", "bad", "The registry has refused this version."),
}

REPORT: dict[ReportState, Said] = {
    ReportState.WAITING: Said("waiting", "warn", "No exam with its accession number has arrived yet."),
    ReportState.MATCHED: Said("matched", "ok", "Its values go with its exam."),
    ReportState.REJECTED: Said("rejected", "bad", "Nothing of it was taken."),
}

SOURCES = {
    "scp": "DICOM receiver",
    "folder": "watched folder",
    "desk": "drop zone",
    "command": "command line",
    "report_csv": "report table",
    "report_hl7": "HL7 message",
}
REPORT_SOURCES = {
    "report_csv": "report table",
    "report_hl7": "HL7 message",
    "desk": "entered at this desk",
    "table": "imported table",
}

STEPS = ("found", "read", "de-identified", "sent", "stored")
_STEP_OF = {
    InstanceState.FOUND: 1,
    InstanceState.READ: 2,
    InstanceState.DEIDENTIFIED: 3,
    InstanceState.SENT: 4,
    InstanceState.STORED: 5,
}


def steps_done(row: InstanceRow) -> int:
    """How many of `STEPS` an instance has behind it; where it was stopped, what its files say."""
    if row.state in _STEP_OF:
        return _STEP_OF[row.state]
    return 3 if row.out_sha256 else 1


FACTS = {
    "venc_cm_s": "velocity encoding",
    "inversion_time_ms": "inversion time",
    "b_value_s_mm2": "b-value",
    "trigger_time_ms": "trigger time",
    "n_phases": "number of cardiac phases",
}
"""Facts that travel beside an image whose standard has no attribute for them."""


def facts_in_words(facts: dict[str, Any]) -> str:
    """What is known of a series without naming anybody."""
    parts = [
        facts.get("sequence_name"),
        _with_unit(facts, "n_phases", "phases"),
        _with_unit(facts, "inversion_time_ms", "ms inversion time"),
        _with_unit(facts, "venc_cm_s", "cm/s velocity encoding"),
        _with_unit(facts, "b_value_s_mm2", "s/mm² b-value"),
        _with_unit(facts, "field_strength_t", "T"),
    ]
    return ", ".join(str(part) for part in parts if part)


def moment(instant: str | None) -> Markup:
    """An instant of the store on this machine's clock, with its age."""
    if not instant:
        return Markup("never")
    then = datetime.datetime.strptime(instant, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC)
    local = then.astimezone()
    shown = f"{local.day} {local:%b %Y, %H:%M}"
    age = age_in_words((datetime.datetime.now(datetime.UTC) - then).total_seconds())
    return Markup('<time datetime="{}">{}</time> <span class="moment-age">{}</span>').format(
        instant, shown, age
    )


def age_in_words(seconds: float) -> str:
    """How long ago, or how soon."""
    amount = abs(seconds)
    for limit, size, unit in (
        (90, 1, "s"),
        (5400, 60, "min"),
        (129_600, 3600, "h"),
        (float("inf"), 86_400, "days"),
    ):
        if amount < limit:
            text = f"{round(amount / size)} {unit}"
            break
    return f"{text} ago" if seconds >= 0 else f"in {text}"


def size(n_bytes: int) -> str:
    """A number of bytes for people."""
    if n_bytes < 1024:
        return f"{n_bytes} bytes"
    for unit, factor in (("KiB", 2**10), ("MiB", 2**20), ("GiB", 2**30)):
        if n_bytes < factor * 1024 or unit == "GiB":
            return f"{n_bytes / factor:.1f} {unit}"
    raise AssertionError


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 image`, `2 images`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def sheet(rows: Sequence[Row]) -> Markup:
    """Before and after of one image; the renderer escapes every value itself."""
    return Markup(sheet_html(rows))  # noqa: S704  its own escaping is tested with hostile values


def icon(name: str, extra: str = "") -> Markup:
    """An outline that says nothing to screen readers: words beside it do."""
    paths = Markup("").join(Markup('<path d="{}"/>').format(data) for data in ICONS[name])
    return Markup(
        '<svg class="icon {}" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"'
        ' focusable="false">{}</svg>'
    ).format(extra, paths)


def templates() -> Environment:
    """The pages; every value is escaped."""
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"moment": moment, "size": size}
    pages.globals |= {
        "icon": icon,
        "sheet": sheet,
        "plural": plural,
        "reason_of": reason_of,
        "said_exam": EXAM,
        "said_delivery": DELIVERY,
        "said_report": REPORT,
        "sources": SOURCES,
        "report_sources": REPORT_SOURCES,
        "steps": STEPS,
        "steps_done": steps_done,
        "facts_in_words": facts_in_words,
        "said_fact": FACTS,
    }
    return pages


def _with_unit(facts: dict[str, Any], name: str, unit: str) -> str | None:
    value = facts.get(name)
    return None if value is None else f"{value:g} {unit}"
