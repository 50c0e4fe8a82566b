"""Generated pages of the reference: every item of the dictionary, every module, what versions changed."""

import itertools
from collections.abc import Iterator

from cmr_dictionary import load
from cmr_dictionary.codebook import CodebookEntry, codebook_entry
from cmr_dictionary.form_plan import form_heading
from cmr_dictionary.history import diff, versions
from cmr_dictionary.modules import Module, Obligation, modules
from cmr_dictionary.obligations import KINDS_OF_CODES, bindings

HEADER = ("| item | meaning | value | range | from | level |", "|---|---|---|---|---|---|")


def dictionary_lines() -> Iterator[str]:
    """The items by form; of a map of segments its first item stands for all."""
    dictionary = load()
    yield (
        f"Version {dictionary.version}, {len(dictionary.items)} items. Range: valid range, in parentheses the usual "
        "one. Level: R recommended, RA recommended if acquired, O optional (SCMR 2022), reg addition of the registry."
    )
    for form, items in dictionary.forms().items():
        yield from ("", f"## {form_heading(form)}", "", *HEADER)
        for matrix, run in itertools.groupby(items, key=lambda item: item.matrix):
            rows = list(run)
            shown = rows[:1] if matrix and len(rows) > 10 else rows
            yield from (_item_line(codebook_entry(item.name), len(rows) - len(shown)) for item in shown)
    yield from ("", "## Versions", "")
    for older, newer in itertools.pairwise(versions()):
        changes = diff(older, newer)
        kinds = sorted({change.kind.value for change in changes})
        counts = ", ".join(f"{kind} {sum(one.kind.value == kind for one in changes)}" for kind in kinds)
        yield f"- {older} to {newer}: {counts}"


def modules_lines() -> Iterator[str]:
    """Each module with its items, then the items that are bound to what was acquired."""
    for module in modules().values():
        yield from _module_lines(module)
    yield from ("## Owed only where it was acquired", "", "| item | series | condition |", "|---|---|---|")
    items = load().items
    for key, group in itertools.groupby(
        bindings().items(), key=lambda one: (items[one[0]].matrix or one[0], one[1])
    ):
        name, binding = key
        kinds = " or ".join(sorted(binding.kinds)) or "any"
        yield f"| `{name}` | {kinds} | {_code(binding.condition)} |"
        _ = list(group)
    yield from ("", f"Answers of `seq_performed` that say the same as series: {_kinds_of_codes()}.")


def _item_line(entry: CodebookEntry, n_more: int) -> str:
    item = entry.item
    name = f"`{item.name}`" + (f" and {n_more} more" if n_more else "")
    codes = "<br>".join(f"`{code.code}` {code.label}" for code in item.code_list)
    value = ", ".join(part for part in (entry.kind, entry.unit) if part) + (f"<br>{codes}" if codes else "")
    usual = f" ({entry.usual_range})" if entry.usual_range else ""
    meaning = f"**{item.label}.** {item.definition}" + (
        f" Asked if {entry.condition}." if entry.condition else ""
    )
    cells = (
        name,
        meaning,
        value,
        f"{entry.valid_range}{usual}".strip(),
        "; ".join(entry.sources),
        item.level,
    )
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _module_lines(module: Module) -> Iterator[str]:
    yield from (f"## {module.name}", "", module.description, "")
    yield f"- id: `{module.id}`"
    yield f"- holds for exams with: {_code(module.condition) or 'no condition, every exam'}"
    yield f"- series: {', '.join(sorted(module.sequences))}"
    for obligation in Obligation:
        names = module.of(obligation)
        if names:
            yield f"- {obligation.label} ({len(names)}): {', '.join(f'`{name}`' for name in names)}"
    yield ""


def _kinds_of_codes() -> str:
    return ", ".join(f"{code} {kind}" for code, kind in KINDS_OF_CODES.items())


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
