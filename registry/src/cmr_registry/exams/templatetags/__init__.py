"""Template tags and filters of the exams room."""
