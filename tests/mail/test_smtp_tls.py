"""Encryption: implicit and STARTTLS, always against a certificate that is checked."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crm.mail.ports import Envelope, Phase, SenderProblem
from crm.mail.smtp import Patience, SmtpServer, SmtpTransport

HASTY = Patience(connect=5, session=5, command=5, content=5, verdict=5)
ENVELOPE = Envelope("me@a.test", "you@b.test", "<1@a.test>", b"Message-ID: <1@a.test>\r\n\r\nHello\r\n")


class Contexts(NamedTuple):
    server: ssl.SSLContext
    trusting: ssl.SSLContext


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> Contexts:
    """A certificate for 127.0.0.1, and a client that trusts it."""
    folder = tmp_path_factory.mktemp("tls")
    path = _certificate(folder)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return Contexts(server, ssl.create_default_context(cafile=str(path)))


def _certificate(folder: Path, *, days: int = 1) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=9))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "both.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


class TlsServer:
    """An SMTP server in a thread that speaks TLS from the start, or after STARTTLS."""

    def __init__(self, context: ssl.SSLContext, *, implicit: bool) -> None:
        self.context = context
        self.implicit = implicit
        self.taken: list[bytes] = []
        self.port = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> TlsServer:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        context = self.context if self.implicit else None
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            writer.write(b"220 hello\r\n")
            while line := await reader.readline():
                if line.upper().startswith(b"STARTTLS"):
                    writer.write(b"220 go\r\n")
                    await writer.drain()
                    await writer.start_tls(self.context)
                elif line.upper().startswith(b"DATA"):
                    writer.write(b"354 go on\r\n")
                    self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
                    writer.write(b"250 taken\r\n")
                elif line.upper().startswith(b"EHLO"):
                    offer = b"" if self.implicit else b"250-STARTTLS\r\n"
                    writer.write(b"250-here\r\n" + offer + b"250 SIZE 100000\r\n")
                else:
                    writer.write(b"250 ok\r\n")
                await writer.drain()
        writer.close()


@pytest.fixture(params=["tls", "starttls"])
def server(request: pytest.FixtureRequest, contexts: Contexts) -> Iterator[tuple[TlsServer, str]]:
    with TlsServer(contexts.server, implicit=request.param == "tls") as found:
        yield found, request.param


def test_mail_goes_out_encrypted(server: tuple[TlsServer, str], contexts: Contexts) -> None:
    found, security = server
    transport = SmtpTransport(SmtpServer("127.0.0.1", found.port, security, patience=HASTY, tls=contexts.trusting))
    assert transport.send(ENVELOPE, lambda: None).code == 250
    assert b"Hello" in found.taken[0]
    transport.close()


def test_a_certificate_nobody_vouches_for_stops_everything(server: tuple[TlsServer, str]) -> None:
    found, security = server
    transport = SmtpTransport(SmtpServer("127.0.0.1", found.port, security, patience=HASTY))
    with pytest.raises(SenderProblem, match="certificate") as caught:
        transport.send(ENVELOPE, lambda: None)
    assert caught.value.phase is Phase.TLS
    assert found.taken == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_expired_certificate_stops_everything_though_its_maker_is_trusted(tmp_path: Path, security: str) -> None:
    path = _certificate(tmp_path, days=-1)
    expired = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    expired.load_cert_chain(path)
    trusting = ssl.create_default_context(cafile=str(path))
    with TlsServer(expired, implicit=security == "tls") as found:
        transport = SmtpTransport(SmtpServer("127.0.0.1", found.port, security, patience=HASTY, tls=trusting))
        with pytest.raises(SenderProblem, match="expired"):
            transport.send(ENVELOPE, lambda: None)
    assert found.taken == []
