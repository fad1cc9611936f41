"""Signing mail of one's own domain (RFC 6376), and the text that its DNS must hold. Nothing here asks the network."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"in-reply-to",
    b"references",
    b"auto-submitted",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
"""RFC 8058 wants both unsubscribe headers signed; a library's usual choice leaves the second out."""

KEY_BITS = 2048

Resolver = Callable[[str], list[str]]
"""The TXT records of a name. Raises OSError when the network or the name server doesn't answer."""


@dataclass(frozen=True)
class Signer:
    """A domain's key. `private_key` is PEM."""

    domain: str
    selector: str
    private_key: str = field(repr=False)

    def signed(self, content: bytes) -> bytes:
        """The message with its DKIM-Signature before the other headers. Raises ValueError when the key is no key."""
        import dkim

        try:
            header: bytes = dkim.sign(
                content,
                self.selector.encode(),
                self.domain.encode(),
                self._pem,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=_present(content),
            )
        except dkim.DKIMException as error:
            raise ValueError(f"the signing key of {self.domain}: {error}") from error
        return header + content

    @cached_property
    def _pem(self) -> bytes:
        return self.private_key.encode()


def _present(content: bytes) -> list[bytes]:
    """What is signed of this message. From once more than it is there, so that none can be added."""
    head = content.partition(b"\r\n\r\n")[0]
    names = {line.partition(b":")[0].lower() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))}
    return [b"from", *(name for name in SIGNED if name in names)]


def new_key() -> tuple[str, str]:
    """A private key (PEM) and its public key as DNS has it (base64)."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), base64.b64encode(public).decode()


def record_name(domain: str, selector: str) -> str:
    """Where the public key belongs in DNS."""
    return f"{selector}._domainkey.{domain}"


def record_text(public_key: str) -> str:
    """What stands there, as a TXT record."""
    return f"v=DKIM1; k=rsa; p={public_key}"


def tags(record: str) -> dict[str, str]:
    """The parts of a DKIM record, without the spaces that DNS pages put in."""
    parts = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, found, value in parts if found}
