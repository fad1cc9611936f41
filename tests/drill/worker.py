"""A worker of the drill: the real one, told at which pass of which point to die."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import NamedTuple

from crm.bootstrap import Handoff, post_of
from crm.config import Settings
from crm.jobs.log import to_stderr
from crm.jobs.worker import Worker
from tests.drill.points import Fuse, PointedDatabase, PointedTransport


class Plan(NamedTuple):
    """Where to work, where to die (at no `point`: nowhere), and where to say what happens."""

    url: str
    folder: str
    point: str
    count: int
    log: str
    application_name: str


def main(plan: Plan) -> None:
    """Work until killed from inside or outside, or asked to stop."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    os.environ["PGAPPNAME"] = plan.application_name
    with open(plan.log, "ab") as log:
        os.dup2(log.fileno(), 2)
    to_stderr()
    fuse = Fuse(plan.point, plan.count)
    settings = Settings(data_dir=Path(plan.folder), database_url=plan.url)
    post = post_of(settings)
    post.open_smtp = lambda server: PointedTransport(server, fuse)
    db = PointedDatabase(plan.url, fuse)
    Worker(Handoff(settings=settings, db=db, given_post=post), stop=stop).run()
