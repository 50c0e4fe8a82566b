"""Tables that people bring: mapped to the dictionary, looked at, taken in row by row; at the hospital only.

`work` puts it together; `imports` and `mappings` are the tables of the local store; `drafts` is a mapping that somebody
works on; `taking` makes a row a report; `matching` finds its exam. The reading itself is `cmr_dictionary.mapping`.
"""
