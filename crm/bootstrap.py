"""The only wiring: settings to engine, transport and clock. Tests give fakes by argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crm.config import Settings
from crm.domain import sign_ins
from crm.mail.dns import Dns
from crm.mail.local import LocalTransport
from crm.mail.oauth import Client
from crm.mail.smtp import SmtpServer
from crm.services.mailboxes import Post
from crm.services.vault import Vault
from crm.store import migrate
from crm.store.engine import Database

if TYPE_CHECKING:
    from crm.services.doctor import Surroundings

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Handoff:
    """The wired application, for web, worker and command line."""

    settings: Settings
    db: Database
    clock: Clock = field(default=utc_now)
    given_post: Post | None = None
    dns: Dns = field(default_factory=Dns)

    def __post_init__(self) -> None:
        """Let small changes be found by search at once; the worker does the large ones."""
        from crm.services import search_entries

        if search_entries.catch_up not in self.db.before_commit:
            self.db.before_commit.append(search_entries.catch_up)

    @property
    def post(self) -> Post:
        """What sends mail: made from the settings, unless a test gave one."""
        if self.given_post is None:
            self.given_post = post_of(self.settings)
        if self.given_post.tokens is None:
            from crm.services.mail_grants import Keyring

            self.given_post.tokens = Keyring(self.db, self.given_post, self.clock).source
        return self.given_post

    def surroundings(self) -> Surroundings:
        """What a check-up looks at."""
        from crm.services.doctor import Surroundings

        return Surroundings(self.db, self.post, self.settings.data_dir, self.settings.registry_url, self.dns)

    def now(self) -> datetime:
        """The current instant, aware UTC."""
        return self.clock()


def post_of(settings: Settings) -> Post:
    """The transports that the settings ask for. Nothing is opened yet."""
    server = None
    if settings.smtp_host:
        server = SmtpServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            username=settings.smtp_username,
            password=settings.smtp_password,
        )
    return Post(
        local=LocalTransport(settings.data_dir / "mailbox"),
        vault=Vault(settings.data_dir / "secret.key"),
        environment=server,
        environment_from=settings.smtp_from,
        files=settings.data_dir / "files",
        public_url=settings.public_url,
        services=sign_ins.known(settings.microsoft_tenant),
        clients={
            "google": Client(settings.google_client_id, settings.google_client_secret),
            "microsoft": Client(settings.microsoft_client_id, settings.microsoft_client_secret),
        },
    )


def open_handoff(settings: Settings | None = None, *, clock: Clock = utc_now, migrated: bool = True) -> Handoff:
    """Wire the application; brings the schema up to date first unless told not to."""
    import crm.models  # noqa: F401  (registers the tables)

    settings = settings or Settings.from_environment()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    db = Database(settings.database_url)
    if migrated:
        migrate.upgrade(db)
    return Handoff(settings=settings, db=db, clock=clock)
