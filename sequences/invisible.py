"""Take out of a text what nobody sees and programs obey: marks of direction, joins, tags.

They come with what people copy from pages and documents.  In a subject they turn words
round or hide others; a text that people read needs none of them.
"""

import re

# Unicode's Default_Ignorable_Code_Point, but for the selectors that give signs their colour.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)


def without_invisible(text: str) -> str:
    r"""Return a text without characters that take no room.

    Examples:
        >>> without_invisible("Madame\u202e Perrin\u200b")
        'Madame Perrin'
    """
    return _INVISIBLE.sub("", text)
