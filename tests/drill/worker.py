"""A worker of the drill: the real one, told at which pass of which point to die.

python -m tests.drill.worker '{"url": …, "folder": …, "point": "in_data", "count": 2}'
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from crm.bootstrap import Handoff, post_of
from crm.config import Settings
from crm.jobs.worker import Worker
from tests.drill.points import Fuse, PointedDatabase, PointedTransport


def main(given: dict[str, Any]) -> None:
    """Work until killed from inside or outside, or asked to stop."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    fuse = Fuse(given["point"], given["count"])
    settings = Settings(data_dir=Path(given["folder"]), database_url=given["url"])
    post = post_of(settings)
    post.open_smtp = lambda server: PointedTransport(server, fuse)
    db = PointedDatabase(given["url"], fuse)
    Worker(Handoff(settings=settings, db=db, given_post=post), stop=stop).run()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
