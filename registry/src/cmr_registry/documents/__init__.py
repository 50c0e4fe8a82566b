"""The registry's documents: agreement texts, policies, processes, slides; versioned, and accepted by people.

What a center signed lives in `centers`.
"""
