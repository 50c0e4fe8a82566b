"""Looking for text that is burned into images before they leave: in a locked child process, held for a person.

The only part of the connector that works with the extra `[pixels]`; without it nothing here is started, and
113101 Clean Pixel Data is not claimed.
"""
