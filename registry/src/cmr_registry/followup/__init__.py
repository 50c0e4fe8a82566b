"""Follow-up schedule, outcome events, adjudication, vital status with provenance.

Empty until the way of a study is built.
"""
