"""Long attacks and kills: too long for the test suite, resumable, with figures kept in docs/reference/drills.md."""
