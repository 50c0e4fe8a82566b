"""Synthetic CMR exams, reports and cohorts with a planted truth.

Phantom, vendor writers, planted identifiers, reports and a pytest plugin live here. Everything that leaves
this package says that it is synthetic.
"""
