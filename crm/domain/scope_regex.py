"""Regular expressions that are compiled when they are first asked.

Hundreds of them, some as long as a page, take most of a second together: whoever checks no text doesn't wait for that.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Waiting:
    """Becomes a pattern at the first question: its answers are the pattern's own from then on."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self.flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """Asked only for what isn't there yet."""
        if name.startswith("__"):  # of a copy, or of somebody who looks what this is
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        for each in ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn"):
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)


def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern to be asked by its methods, like one of `re.compile`; a mistake in it shows at the first question."""
    return cast("re.Pattern[str]", _Waiting(pattern, flags))
