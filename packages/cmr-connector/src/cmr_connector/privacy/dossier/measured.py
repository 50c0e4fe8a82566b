"""What a shadow run measured, as blocks of the dossier."""

from cmr_connector.privacy.dossier.blocks import Block, Callout, Figures, Grid, Heading, Text
from cmr_connector.privacy.lines import verdict
from cmr_connector.privacy.result import ShadowResult
from cmr_deid.explain import SENTENCES
from cmr_deid.sheets import TITLES
from cmr_exchange.reasons import reason as reason_of

NONE_YET = (
    "No shadow run has been made at this center yet. Run: cmr-connector shadow PATH --sample 20, or make "
    "this dossier "
    "with --sample PATH."
)


def figures(result: ShadowResult | None) -> Block:
    """The four numbers of the first page."""
    if result is None:
        return Callout("warn", "Not measured yet.", NONE_YET)
    found = sum(one.found for one in result.source.values())
    leaked = sum(one.found for one in result.planted.values())
    return Figures(
        (
            (f"{result.n_exams:,}", "exams of this hospital in the sample", ""),
            (f"{result.deidentified:,}", f"of {result.instances:,} images would leave", ""),
            (f"{found:,}", f"of {result.n_searched:,} identifiers found in what would leave", _tone(found)),
            (f"{leaked:,}", f"of {result.n_planted:,} planted identifiers found", _tone(leaked)),
        )
    )


def chapter(result: ShadowResult | None) -> tuple[Block, ...]:
    """The measured results."""
    title = Heading(1, "Measured on this hospital's own exams")
    if result is None:
        return title, Callout("warn", "Not measured yet.", NONE_YET)
    exams = ", ".join(f"{n} {word}" for word, n in sorted(result.exams.items()))
    tone = "bad" if result.n_found else "ok" if result.deidentified else "warn"
    return (
        title,
        Text(
            f"Shadow run of {result.made_at[:10]}: {result.n_exams} of {result.exams_found} exams, chosen "
            "by seed "
            f"{result.seed}, went through the whole chain. Nothing was sent, and nothing but counts was "
            "kept. The exams: "
            f"{exams}."
        ),
        Callout(tone, "Result.", verdict(result)),
        Heading(2, "Images"),
        Grid(("Images", "Number"), _images(result), (0.78, 0.22)),
        Heading(2, "The hospital's own identifiers, searched in all outgoing bytes outside the pixels"),
        Text(
            "Collected from the sources with another reader than the engine's, and searched in "
            f"{result.bytes_searched:,} "
            "outgoing bytes and in the manifests, in four encodings. Values of fewer than four "
            "characters cannot be told "
            "from chance and are passed over. A family name that is also the name of a technique is "
            "counted apart."
        ),
        Grid(
            ("Kind", "Searched", "Found", "Technique words", "Too short"),
            tuple(
                (
                    kind[0].upper() + kind[1:],
                    f"{s.searched:,}",
                    f"{s.found:,}",
                    f"{s.coincident:,}",
                    f"{s.passed_over:,}",
                )
                for kind, s in result.source.items()
            ),
            (0.36, 0.16, 0.16, 0.16, 0.16),
        ),
        Heading(2, "Invented identifiers, planted in copies of headers"),
        Text(_planted(result)),
        Heading(2, "Attributes"),
        Text("What happened to the attributes of all images together. Appendix C lists each of them."),
        Grid(("What happens", "Attributes", "Different ones"), action_rows(result), (0.6, 0.2, 0.2)),
    )


def _images(result: ShadowResult) -> tuple[tuple[str, str], ...]:
    rows = [("would leave, de-identified and looked at twice", f"{result.deidentified:,}")]
    rows.append(("of these, searched for burned-in text", f"{result.looked_at:,}"))
    rows += [(f"stay here: {reason_of(code).sentence}", f"{n:,}") for code, n in result.stopped.most_common()]
    rows += [
        (f"other files: {reason_of(code).sentence}", f"{n:,}") for code, n in result.no_image.most_common()
    ]
    rows += [(f"scanner: {name}", f"{n:,}") for name, n in result.scanners.most_common()]
    return tuple(rows)


def _planted(result: ShadowResult) -> str:
    found = sum(one.found for one in result.planted.values())
    stopped = sum(one.stopped for one in result.planted.values())
    through = result.n_planted - stopped
    return (
        f"One image of each series was copied in memory, and {len(result.planted)} invented identifiers "
        "were put into each "
        f"copy, in {len(result.planted)} kinds of places: {result.n_planted:,} in all. {stopped:,} of "
        "them were in copies "
        f"that were stopped as a whole. Of the other {through:,}, {found:,} were found in what would have "
        "left. "
        "Appendix D lists the places."
    )


def action_rows(result: ShadowResult) -> tuple[tuple[str, str, str], ...]:
    """What happened to attributes: title, how many, how many different ones."""
    actions = result.actions()
    return tuple(
        (TITLES[a], f"{actions[a]:,}", str(sum(1 for counts in result.tags.values() if counts[a])))
        for a in SENTENCES
        if actions[a]
    )


def _tone(found: int) -> str:
    return "bad" if found else "ok"
