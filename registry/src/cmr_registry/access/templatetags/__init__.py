"""Template tags and filters of the access room."""
