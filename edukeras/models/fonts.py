"""A font with Hangul for pictures: matplotlib's own fonts have none."""

from __future__ import annotations

import functools

# Fonts with Hangul, by system: Linux, Windows, macOS, Linux.
HANGUL_FONTS = (
    "NanumGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "Noto Sans CJK KR",
)

# Files that hold such fonts, for fonts newer than matplotlib's list of them.
_HANGUL_FILES = ("NanumGothic.ttf", "malgun.ttf", "NotoSansCJK-Regular.ttc")


@functools.cache
def hangul_font() -> str | None:
    """The name of an installed font with Hangul, or None."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    for name in HANGUL_FONTS:
        if name in known:
            return name
    for path in font_manager.findSystemFonts():
        if path.endswith(_HANGUL_FILES):
            font_manager.fontManager.addfont(path)
            return font_manager.FontProperties(fname=path).get_name()
    return None
