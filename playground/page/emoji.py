"""The emoji that people write as a shortcode most often; all others stay as they are typed."""

import re

EMOJI = {
    "white_check_mark": "✅",
    "heavy_check_mark": "✔️",
    "x": "❌",
    "warning": "⚠️",
    "rotating_light": "🚨",
    "octagonal_sign": "🛑",
    "no_entry": "⛔",
    "construction": "🚧",
    "hourglass_flowing_sand": "⏳",
    "lock": "🔒",
    "unlock": "🔓",
    "key": "🔑",
    "bell": "🔔",
    "fire": "🔥",
    "rocket": "🚀",
    "tada": "🎉",
    "eyes": "👀",
    "wave": "👋",
    "pray": "🙏",
    "+1": "👍",
    "thumbsup": "👍",
    "-1": "👎",
    "thumbsdown": "👎",
    "heart": "❤️",
    "smile": "😄",
    "thinking_face": "🤔",
    "bulb": "💡",
    "memo": "📝",
    "red_circle": "🔴",
    "large_green_circle": "🟢",
    "robot_face": "🤖",
    "pushpin": "📌",
}

SHORTCODE = f":(?P<emoji>{'|'.join(map(re.escape, EMOJI))}):"
"""Matches only the known ones, so that an unknown one is text like any other."""

_SHORTCODE = re.compile(SHORTCODE)


def with_emoji(text: str) -> str:
    """Return *text* with the known shortcodes as the signs they stand for."""
    return _SHORTCODE.sub(lambda found: EMOJI[found["emoji"]], text)


def sign(name: str) -> str:
    """Return the sign of the emoji *name*; an unknown one stays as it is typed."""
    return EMOJI.get(name, f":{name}:")
