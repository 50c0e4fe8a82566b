"""What a researcher installs: open a data release, describe it, run a study on it.

Readers of releases, survival and agreement statistics and study templates live here; no patient, center key
or server.
"""
