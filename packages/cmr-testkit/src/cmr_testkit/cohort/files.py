"""Names of the files of a cohort's folder, for those who write it and those who read it."""

README = "README.txt"
CENTERS = "centers.json"
MANIFESTS = "manifests.jsonl"
FOLLOW_UP = "followup.jsonl"
TRUTH = "truth.json"
TABLES_FOLDER = "tables"
