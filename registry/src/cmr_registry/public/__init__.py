"""The public site: what the registry is, who takes part, live safe numbers.

No sign-in, no row about a person.
"""
