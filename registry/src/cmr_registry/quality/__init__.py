"""Data-quality and image-quality reports, benchmarks, questions to centers.

Empty until its issue is built.
"""
