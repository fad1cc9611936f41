"""`handoff serve`, `web` and `worker`: the programs that stay."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

from crm.cli.common import opened
from crm.cli.thrift import give_memory_back
from crm.domain.errors import Refused

if TYPE_CHECKING:
    from crm.bootstrap import Handoff
    from crm.jobs.twin import Twin


def listening(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--host` and `--port`."""
    command = click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on [8000].")(command)
    return click.option("--host", help="Address to listen on [127.0.0.1: this computer only].")(command)


@click.command()
@listening
def serve(host: str | None, port: int | None) -> None:
    """Run the web server, and the worker beside it: all that one person needs."""
    from crm.jobs.child import WorkerChild
    from crm.jobs.log import to_stderr

    give_memory_back()
    first = _worker_twin()
    with opened() as handoff, _server(handoff, host, port) as run:
        to_stderr()
        child = WorkerChild(first=first)
        child.start()
        try:
            run()
        finally:
            click.echo("Stopping: the worker finishes the message in hand.", err=True)
            child.stop()


@click.command()
@listening
def web(host: str | None, port: int | None) -> None:
    """Run the web server alone."""
    from crm.jobs.log import to_stderr

    give_memory_back()
    with opened() as handoff, _server(handoff, host, port) as run:
        to_stderr()
        run()


@click.command()
@click.option("--tied", is_flag=True, hidden=True, help="Stop when standard input ends.")
def worker(tied: bool) -> None:
    """Send mail, run imports and do all other work that waits for its time."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # before anything heavy is loaded: a stop is always a clean one
        signal.signal(number, lambda *_: stop.set())
    give_memory_back()

    from crm.jobs.child import when_parent_ends
    from crm.jobs.log import to_stderr
    from crm.jobs.worker import Worker

    if tied:
        when_parent_ends(stop.set)
    with opened() as handoff:
        to_stderr()
        finished = Worker(handoff, stop=stop).run()
    if not finished:  # a long import or scan is left as it is: its rows say where to go on
        sys.stderr.flush()
        os._exit(0)


def _worker_twin() -> Twin | None:
    """The first worker, ready to begin. What it shares with the web server is loaded before it is made."""
    from sqlalchemy.orm import configure_mappers

    import crm.jobs.worker
    import crm.models  # noqa: F401
    from crm.jobs.twin import twin

    configure_mappers()
    if migrating := twin(_migrate, name="handoff migrate"):
        migrating.begin()
        migrating.wait()
    return twin(lambda: worker.main(["--tied"], standalone_mode=False), name="handoff worker")


def _migrate() -> None:
    """Make the schema in a copy of this process: it takes what is only needed for that with it when it goes."""
    with suppress(Exception), opened():  # whoever opens it next says what is wrong
        pass


#: A proxy on this computer that ends HTTPS may say so, and for whom it asks; nobody else is believed.
PROXY: dict[str, object] = {
    "trusted_proxy": "127.0.0.1",
    "trusted_proxy_count": 1,
    "trusted_proxy_headers": {"x-forwarded-proto", "x-forwarded-for"},
    "clear_untrusted_proxy_headers": True,
}


@contextmanager
def _server(handoff: Handoff, host: str | None, port: int | None) -> Iterator[Callable[[], None]]:
    """Listen, then give the function that serves until a stop signal."""
    import waitress

    from crm.web import create_app

    host = host or handoff.settings.host
    port = handoff.settings.port if port is None else port
    app = create_app(handoff)
    try:
        server = waitress.create_server(
            app, host=host, port=port, threads=handoff.settings.threads, ident="handoff", **PROXY
        )
    except OSError as error:
        raise Refused("cannot_listen", _why(error, host, port)) from error
    signal.signal(signal.SIGTERM, _stop)
    click.echo(f"Handoff is at http://{_shown(host)}:{getattr(server, 'effective_port', port)}  (Ctrl-C stops it)")
    try:
        yield server.run
    finally:
        server.close()


def _stop(*_: object) -> None:
    raise SystemExit(0)


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use, perhaps by another Handoff. Close that one, or add --port {port + 1}."
    if error.errno == errno.EACCES:
        return f"Port {port} is not allowed here. Choose one above 1023, such as --port 8000."
    return f"Can't listen on {host}:{port}: {error.strerror}."


def _shown(host: str) -> str:
    return "localhost" if host in {"0.0.0.0", "::"} else host  # noqa: S104  (only shown, not listened on)
