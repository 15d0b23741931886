"""Take out of what is shown whatever would steer a terminal, or turn the order of reading.

Texts come from mails, files and people.  A name that clears the screen, renames the window
or shows another amount than it holds is an attack on whoever looks.
"""

import re

_STEERING = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but tab and line feed
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction of reading
    "\u2028\u2029"  # ends of lines that are no line feed
    "\ufff9-\ufffb\U000e0000-\U000e007f"  # annotations and tags, which nothing shows
    "\ud800-\udfff"  # half characters, which no stream takes
)
STEERING = re.compile(f"[{_STEERING}]")
_IN_JSON = re.compile(f"[{_STEERING}]".replace("\x0b-\x1f", "\x0b\x0c\x0e-\x1f"))
_UNIT = 0x10000


def shown(text: str) -> str:
    r"""Return a text without the characters that steer.

    Examples:
        >>> shown("Martin\x1b[2J\u202egnp.exe")
        'Martin[2Jgnp.exe'
    """
    return STEERING.sub("", text)


def escaped(json: str) -> str:
    r"""Return a JSON document with those characters written as escapes; it means the same.

    Examples:
        >>> escaped('{"name": "a\u202eb"}')
        '{"name": "a\\u202eb"}'
    """
    return _IN_JSON.sub(_escape, json)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < _UNIT:
        return f"\\u{code:04x}"
    high, low = divmod(code - _UNIT, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
