"""The public site: what the registry is, how to take part, who does, projects, live safe numbers.

No sign-in, no row about a person.
"""
