"""A real IMAP server (Debian's dovecot) on loopback, in a folder of its own, without privileges."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm.mail.servers import ImapServer

PASSWORD = "correct-horse"
PLACES = ("/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot")

SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login
ssl = {ssl}
{certificate}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
  client_limit = 100
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
}}
"""

BY_TOKEN = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
"""


# Ends the server when our end of its pipe closes, however this process ends.
WATCHER = """
import os, shutil, signal, sys, time
sys.stdin.read()
pid, folder = int(sys.argv[1]), sys.argv[2]
try:
    ours = int(open(os.path.join(folder, "run", "master.pid")).read()) == pid
    ours and os.kill(pid, signal.SIGTERM)
except (OSError, ValueError):
    pass
time.sleep(0.3)
shutil.rmtree(folder, ignore_errors=True)
"""


class NoDovecot(Exception):
    """There is no dovecot here, or it doesn't start; says why."""


@dataclass
class Dovecot:
    """A running server. Every name is a user; all have the same password."""

    folder: Path
    port: int
    tls_port: int
    process: subprocess.Popen[bytes]

    def server(self, user: str = "dana", **given: Any) -> ImapServer:
        """Where to read this user's mailbox."""
        values = {"port": self.port, "security": "none", "password": PASSWORD, **given}
        return ImapServer("127.0.0.1", username=user, **values)

    @contextmanager
    def client(self, user: str = "dana") -> Iterator[imaplib.IMAP4]:
        """A signed-in client that is not ours."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as client:
            client.login(user, PASSWORD)
            yield client

    def deliver(self, raw: bytes, user: str = "dana", folder: str = "INBOX", arrived: str = "") -> int:
        """Put a message into a folder; `arrived` is its INTERNALDATE in IMAP's form. Gives its UID."""
        with self.client(user) as client:
            status, said = client.append(folder, "", f'"{arrived}"' if arrived else "", raw)  # type: ignore[arg-type]
            assert status == "OK", said
            return int(said[0].split(b"APPENDUID ")[1].split()[1].rstrip(b"]"))

    def flags(self, user: str = "dana", folder: str = "INBOX") -> list[bytes]:
        """The flags of every message, as the server says them to somebody else."""
        with self.client(user) as client:
            client.select(folder, readonly=True)
            return [line for line in client.fetch("1:*", "(UID FLAGS)")[1] if line]

    def forget(self, user: str = "dana", folder: str = "INBOX") -> None:
        """Give the folder another UIDVALIDITY, as a server does that was restored or moved."""
        place = self.folder / "mail" / user
        place = place if folder == "INBOX" else place / f".{folder}"
        number = int((place / "dovecot-uidlist").read_text().split(" V")[1].split()[0])
        with self.client(user) as client:
            client.select(folder, readonly=True)
        for path in place.glob("dovecot*"):
            path.unlink()
        (place / "dovecot-uidlist").write_text(f"3 V{number + 1} N1 G{os.urandom(16).hex()}\n")
        owner = place.stat()
        os.chown(place / "dovecot-uidlist", owner.st_uid, owner.st_gid)


@contextmanager
def dovecot(certificate: Path | None = None, token_check: str = "") -> Iterator[Dovecot]:
    """A server with its own users and folders. `certificate` (key and certificate in one file) switches TLS on;
    with `token_check`, an address that tells whose a token is, users sign in by XOAUTH2 as well.

    Raises NoDovecot.
    """
    program = next((place for place in PLACES if os.access(place, os.X_OK)), None)
    if program is None:
        raise NoDovecot("dovecot is not installed (apt-get install dovecot-imapd)")
    folder = Path(tempfile.mkdtemp(prefix="imap-"))
    running = watcher = None
    try:
        running = _started(program, folder, certificate, token_check)
        watcher = _watch(running)
        yield running
    finally:
        if running is not None:
            running.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                running.process.wait(30)
            running.process.kill()
            running.process.communicate(timeout=60)
        if watcher is not None:
            watcher.communicate(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def _watch(server: Dovecot) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WATCHER, str(server.process.pid), str(server.folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, cwd="/", start_new_session=True)


def _started(program: str, folder: Path, certificate: Path | None, token_check: str = "") -> Dovecot:
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    folder.chmod(0o755)
    for name in ("run", "mail"):
        (folder / name).mkdir(mode=0o755)
        os.chown(folder / name, user.pw_uid, user.pw_gid)
    os.chown(folder, user.pw_uid, user.pw_gid)
    lines = ""
    if certificate is not None:
        mine = folder / "both.pem"
        shutil.copyfile(certificate, mine)
        os.chown(mine, user.pw_uid, user.pw_gid)
        lines = f"ssl_cert = <{mine}\nssl_key = <{mine}"
    port, tls_port = _free_ports()
    settings = SETTINGS.format(
        folder=folder,
        user=user.pw_name,
        group=_group(user.pw_gid),
        port=port,
        tls_port=tls_port,
        password=PASSWORD,
        ssl="yes" if certificate else "no",
        certificate=lines,
    )
    if token_check:
        check = f"tokeninfo_url = {token_check}\nusername_attribute = email\n"
        (folder / "oauth2.conf").write_text(check)
        settings += BY_TOKEN.format(folder=folder)
    (folder / "dovecot.conf").write_text(settings)
    command = [program, "-F", "-c", str(folder / "dovecot.conf")]
    unprivileged: dict[str, Any] = {}
    if os.geteuid() == 0:
        unprivileged = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    process = subprocess.Popen(
        command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True, **unprivileged
    )
    found = Dovecot(folder, port, tls_port, process)
    _wait(found)
    return found


def _wait(server: Dovecot) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with server.client():
                return
        except (OSError, imaplib.IMAP4.error):
            if server.process.poll() is not None or time.monotonic() > until:
                server.process.kill()
                said = server.process.communicate()[1].decode()
                log = server.folder / "log"
                raise NoDovecot(f"dovecot doesn't start: {said} {log.read_text() if log.exists() else ''}") from None
            time.sleep(0.05)


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]
