"""The data dictionary: what may be said about an examination, in which unit, range and code list.

Items, code lists, missing codes and checks live here as checked data and plain functions; connector, center
desk and registry run the same checks. No database, form or page lives here.
"""
