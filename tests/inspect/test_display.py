import pytest

import edukeras as keras
from edukeras.inspect import display, summarize
from edukeras.inspect.display import WIDGET_OF, View
from edukeras.models.fonts import hangul_font


@pytest.fixture(autouse=True)
def _as_before():
    before = display()
    yield
    display(before)


class Greeting(View):
    def text(self):
        return "hello"

    def html(self):
        return "<b>hello</b>"


BOTH = {"text/plain": "hello", "text/html": "<b>hello</b>"}


@pytest.mark.parametrize(
    ("mode", "bundle"),
    [
        ("auto", BOTH),
        ("html", BOTH),
        ("text", {"text/plain": "hello"}),
        ("widget", BOTH),
    ],
)
def test_the_setting_decides_what_a_notebook_gets(mode, bundle):
    assert display(mode) == mode
    assert Greeting()._repr_mimebundle_() == bundle
    assert repr(Greeting()) == "hello"


def test_widgets_are_used_only_where_they_are_asked_for(monkeypatch):
    monkeypatch.setitem(WIDGET_OF, Greeting, lambda view: {"a/widget": view.text()})
    assert Greeting()._repr_mimebundle_() == BOTH
    display("widget")
    assert Greeting()._repr_mimebundle_() == {**BOTH, "a/widget": "hello"}


def test_the_setting_can_be_reached_from_the_package():
    assert keras.display is display


def test_an_unknown_setting_is_refused():
    with pytest.raises(ValueError, match="none of auto, widget, html, text"):
        display("pictures")
    assert display() == "auto"


def test_views_are_the_same_each_time(model):
    assert summarize(model)._repr_mimebundle_() == summarize(model)._repr_mimebundle_()


def test_the_hangul_font_has_hangul():
    font_manager = pytest.importorskip("matplotlib.font_manager")
    name = hangul_font()
    if name is None:
        pytest.skip("no font with Hangul is installed")
    font = font_manager.get_font(font_manager.findfont(name))
    assert font.get_char_index(ord("한")) != 0
