"""A name server on loopback that knows what it is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from crm.mail.dns import Dns


@dataclass
class NameServer:
    """`records` maps (name, kind) to texts as in a zone file; names without any don't exist."""

    port: int = 0
    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    silent: bool = False
    broken: bool = False
    knows_the_world: bool = True

    def txt(self, name: str, *texts: str) -> None:
        """Publish TXT records; long ones in pieces, as name servers keep them."""
        pieces = [" ".join(f'"{text[n : n + 200]}"' for n in range(0, len(text), 200)) for text in texts]
        self.records[name, "TXT"] = pieces

    def dns(self) -> Dns:
        """What asks this server."""
        return Dns(("127.0.0.1",), self.port, lifetime=1.0)

    def answer(self, wire: bytes) -> bytes:
        asked = dns.message.from_wire(wire)
        question = asked.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        reply = dns.message.make_response(asked)
        reply.flags |= dns.flags.RA
        if self.broken:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif (name, kind) in self.records:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *self.records[name, kind]))
        elif name == "com" and self.knows_the_world:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", "NS", "a.gtld-servers.net."))
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()


@contextmanager
def name_server() -> Iterator[NameServer]:
    """A server on a free UDP port."""
    server = NameServer()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    server.port = sock.getsockname()[1]
    ended = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                wire, where = sock.recvfrom(4096)
                if ended.is_set():
                    return
                if not server.silent:
                    sock.sendto(server.answer(wire), where)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"end", ("127.0.0.1", server.port))
        thread.join(2)
        sock.close()
