"""What a release holds, as text for a terminal and as a document for a program."""

from typing import Any

from cmr_analysis.release import Release
from cmr_exchange.release import TABLES, ReleaseKind


def describe(release: Release) -> dict[str, Any]:
    """Name, fingerprint, question, counts, flow and death-source mix of a release."""
    manifest = release.manifest
    followup = release.table("followup")
    return {
        "release": manifest.release,
        "version": manifest.version,
        "kind": manifest.kind.value,
        "fingerprint": release.fingerprint,
        "title": manifest.title,
        "question": manifest.question,
        "dictionary_version": manifest.dictionary_version,
        "censoring_rule": manifest.censoring_rule,
        "rows": {file.path[7:-8]: file.rows for file in manifest.files if file.path.endswith(".parquet")},
        "images": len(release.image_paths()),
        "flow": [{"label": s.label, "subjects": s.subjects, "exams": s.exams} for s in release.flow],
        "ends": {str(k): int(v) for k, v in followup["end"].value_counts().sort_index().items()},
        "death_sources": source_mix(release),
    }


def source_mix(release: Release, subjects: set[str] | None = None) -> dict[str, int]:
    """Class of source -> people whose death was counted on its word."""
    chosen = release.table("exams").query("is_index")["exam"]
    rows = release.table("followup")
    rows = rows[rows["exam"].isin(chosen)]
    if subjects is not None:
        rows = rows[rows["subject"].isin(subjects)]
    died = rows[rows["died"].fillna(False).astype(bool)]
    return {str(k): int(v) for k, v in died["source"].value_counts().sort_index().items()}


def described_text(release: Release) -> str:
    """The description for a terminal."""
    found = describe(release)
    lines = [
        f"Release {found['release']}, version {found['version']}: {found['title']}",
        f"Fingerprint {found['fingerprint']}",
        f"Question: {found['question']}",
    ]
    if found["kind"] == ReleaseKind.SYNTHETIC:
        lines.insert(0, "SYNTHETIC: every row of this release is invented.")
    lines += ["", "Table              Rows"]
    lines += [f"{name:<18} {found['rows'].get(name, 0):>6}" for name in TABLES]
    lines += [f"{'DICOM instances':<18} {found['images']:>6}", "", "Flow of n (persons, exams)"]
    lines += [f"  {step['subjects']:>7} {step['exams']:>7}  {step['label']}" for step in found["flow"]]
    lines += ["", f"Censoring rule {found['censoring_rule']}; deaths by source:"]
    lines += [f"  {n:>7}  {source}" for source, n in found["death_sources"].items()] or ["        0  none"]
    return "\n".join(lines)
