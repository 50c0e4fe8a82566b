"""Tags of the cohort pages."""
