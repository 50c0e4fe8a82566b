"""Template tags and filters of the lib room."""
