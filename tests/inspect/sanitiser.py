"""What JupyterLab leaves of the HTML of a notebook that it does not trust."""

import re
from html.parser import HTMLParser

ALLOWED = {
    "b": set(),
    "br": set(),
    "code": {"title"},
    "details": set(),
    "div": {"style"},
    "i": set(),
    "img": {"src", "alt", "width", "style"},
    "pre": {"style"},
    "span": {"style", "title"},
    "summary": {"style"},
    "table": {"style"},
    "tbody": set(),
    "td": {"style"},
    "th": {"style"},
    "thead": set(),
    "tr": set(),
}


class Checker(HTMLParser):
    """Collects what would be lost, and tags that are not closed."""

    def __init__(self):
        super().__init__()
        self.lost = []
        self.open = []
        self.pictures = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag not in ALLOWED or not set(attributes) <= ALLOWED[tag]:
            self.lost.append((tag, attributes))
        if re.search(r"var\(|url\(|expression", attributes.get("style") or ""):
            self.lost.append((tag, attributes["style"]))
        if tag == "img":
            self.pictures.append(attributes)
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def check(html):
    """Asserts that the HTML survives; returns its pictures."""
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert checker.lost == []
    assert checker.open == []
    for picture in checker.pictures:
        kinds = ("data:image/png;base64,", "data:image/svg+xml;base64,")
        assert picture["src"].startswith(kinds)
        assert len(picture["alt"]) > 20
    assert not re.search(r"0x[0-9a-f]{6,}", re.sub(r'src="[^"]*"', "", html))
    return checker.pictures
