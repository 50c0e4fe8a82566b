"""Benchmarks side by side with peers, in the same run, on the same files, by the same client; they print ratios."""
