"""Template tags and filters of the projects room."""
