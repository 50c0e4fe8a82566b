"""The counts of a shadow run for a terminal."""

from collections.abc import Iterator

from cmr_connector.privacy.result import ShadowResult
from cmr_deid.explain import SENTENCES
from cmr_deid.sheets import title_inside
from cmr_exchange.reasons import reason as reason_of


def result_lines(result: ShadowResult) -> Iterator[str]:
    """What a person reads after a shadow run; no line names anybody."""
    exams = ", ".join(f"{n} {word}" for word, n in sorted(result.exams.items()))
    yield f"exams        {result.n_exams} of {result.exams_found}, seed {result.seed}: {exams}"
    yield f"images       {result.instances} in {result.series} series, {result.deidentified} would leave"
    for code, n in result.stopped.most_common():
        yield f"  {n} stay here: {reason_of(code).sentence}"
    for code, n in result.no_image.most_common():
        yield f"  {n} other file(s): {reason_of(code).sentence}"
    yield f"burned-in text searched in {result.looked_at} of the images that would leave{_extra(result)}"
    yield "attributes   of all images together"
    actions = result.actions()
    for action in SENTENCES:
        if actions[action]:
            kinds = sum(1 for counts in result.tags.values() if counts[action])
            yield f"  {actions[action]:>9,} {title_inside(action)} ({kinds} different)"
    yield f"own identifiers of the sample, searched in {result.bytes_searched:,} outgoing bytes outside the pixels"
    for kind, one in result.source.items():
        also = f", {one.coincident} equal a technique word" if one.coincident else ""
        yield f"  {kind:24} {one.searched:>6} searched, {one.found} found{also}, {one.passed_over} too short"
    stopped = sum(one.stopped for one in result.planted.values())
    found = sum(one.found for one in result.planted.values())
    yield f"planted      {result.n_planted} invented identifiers in {len(result.planted)} places:"
    yield f"  {found} found in what would leave, {stopped} in copies that were stopped as a whole"
    for place, planted in result.planted.items():
        if planted.found:
            yield f"  FOUND: {place}, {planted.found} of {planted.planted}"
    yield f"{verdict(result)} Nothing was sent; nothing but these counts was kept."


def verdict(result: ShadowResult) -> str:
    """The outcome in one sentence."""
    if not result.deidentified:
        return "No image of this sample would leave, so there was nothing to search."
    if result.n_found:
        return (
            f"{result.n_found} identifiers were found in what would leave: do not send before this is mended."
        )
    return f"No identifier was found, of {result.n_searched:,} own and {result.n_planted:,} planted ones."


def _extra(result: ShadowResult) -> str:
    return "" if result.text_search else "; the search is not installed or switched off"
