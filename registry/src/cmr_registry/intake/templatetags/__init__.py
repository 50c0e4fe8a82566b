"""Template tags and filters of the intake room."""
