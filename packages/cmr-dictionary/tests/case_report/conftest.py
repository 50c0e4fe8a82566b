"""What a browser would send back of a form in HTML."""

from html.parser import HTMLParser

import pytest


class _Form(HTMLParser):
    """Collects what a form would post."""

    def __init__(self):
        super().__init__()
        self.pairs, self.select = [], None

    def handle_starttag(self, tag, attributes):
        fields = dict(attributes)
        if tag == "input" and (fields.get("type") != "checkbox" or "checked" in fields):
            self.pairs.append((fields["name"], fields.get("value", "")))
        elif tag == "select":
            self.select = fields["name"]
            self.pairs.append((self.select, ""))
        elif tag == "option" and "selected" in fields:
            self.pairs[-1] = (self.select, fields["value"])


@pytest.fixture(scope="session")
def posted():
    """`posted(html)`: name and text of every field that a browser would send of the form as it stands."""

    def read(html):
        form = _Form()
        form.feed(html)
        return form.pairs

    return read
