"""Log lines for machines and people: `key=value`, one line per event, never the words of a message."""

from __future__ import annotations

import logging
import time

PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/@+-")


def line(**fields: object) -> str:
    """`a=1 b="two words"`: values with anything but plain characters are quoted, line breaks folded into spaces."""
    return " ".join(f"{name}={_quoted(str(value))}" for name, value in fields.items() if value is not None)


def _quoted(text: str) -> str:
    if text and set(text) <= PLAIN:
        return text
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def to_stderr(level: int = logging.INFO) -> None:
    """Send this program's log to stderr, UTC times, one line per record."""
    form = logging.Formatter("at=%(asctime)sZ level=%(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    target = logging.StreamHandler()
    target.setFormatter(form)
    root = logging.getLogger("handoff")
    root.handlers[:] = [target]
    root.setLevel(level)
    root.propagate = False
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a browser asking for ten files at once is no event
