"""The center desk: a local web page for the center's coordinator and the hospital's IT, inside the hospital.

Here people see what waits, what is held and why, look a pseudonym up, and drop exams that are not in the PACS.
What decides and sends lives in the connector; the desk only shows it and hands over what a person asks for.
"""
