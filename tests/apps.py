"""Applications for tests: made once a process where nothing but the database differs, and templates compiled once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from crm.web import create_app, keys

if TYPE_CHECKING:
    from types import CodeType

    from crm.bootstrap import Handoff


class Compiled(BytecodeCache):
    """What templates were compiled to in this process, known by their name and by their words."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.known[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


def new_app(handoff: Handoff) -> Flask:
    """An application of its own, for tests that change it or run several."""
    app = create_app(handoff)
    app.jinja_env.bytecode_cache = COMPILED
    return app


_shared: list[Flask] = []


def app_for(handoff: Handoff) -> Flask:
    """The application that tests of this process take turns with, now around this Handoff.

    Making one takes longer than most tests. It keeps nothing of the database, only what is the same for everybody.
    """
    if not _shared:
        _shared.append(new_app(handoff))
        _shared[0].testing = True
    app = _shared[0]
    app.extensions["handoff"] = handoff
    app.secret_key = keys.flash_key(handoff.settings.data_dir)
    return app
