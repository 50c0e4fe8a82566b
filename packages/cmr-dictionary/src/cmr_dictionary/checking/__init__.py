"""The checks of one exam's values: rules with examples, and how they are run (R14, F5, L4).

`problem` holds the words, `rule` what a rule is, `case` what the checks across items read; `single` checks one value,
`volumes`, `scars`, `tissue`, `stress`, `flow`, `clinic`, `parents`, `images` and `days` check values together, `book`
lists them all and `exam` runs them. `cmr_dictionary.checks` is the door.
"""
