"""Looking things up in DNS, with an end. `OSError` means that nobody could be asked, not that there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LIFETIME = 6.0
"""Seconds for one question, all name servers and repetitions together."""


class NoAnswer(OSError):
    """No name server answered: what was asked for may be there or not."""


@dataclass(frozen=True)
class Dns:
    """Asks the name servers of this computer, or those given (with `port` for tests)."""

    servers: Sequence[str] = ()
    port: int = 53
    lifetime: float = LIFETIME

    def txt(self, name: str) -> list[str]:
        """The TXT records of a name, each with its strings joined; empty when there are none. Raises NoAnswer."""
        return [b"".join(each.strings).decode("utf-8", "replace") for each in self._ask(name, "TXT")]

    def mx(self, name: str) -> list[str]:
        """The mail servers of a domain, the preferred first. Raises NoAnswer."""
        found = sorted(self._ask(name, "MX"), key=lambda each: each.preference)
        return [str(each.exchange).rstrip(".").lower() for each in found]

    def addresses(self, name: str) -> list[str]:
        """IPv4 and IPv6 addresses of a host. Raises NoAnswer."""
        return [str(each.address) for kind in ("A", "AAAA") for each in self._ask(name, kind)]

    def exists(self, name: str) -> bool:
        """Whether there is such a domain. Raises NoAnswer, also where the name servers know nothing of the world: some
        networks without a way out answer every question with "no such name"."""
        if self._records(name, "SOA") is not None:
            return True
        if not self._ask("com", "NS"):
            raise NoAnswer("the name servers here know nothing of the internet")
        return False

    def _ask(self, name: str, kind: str) -> list[Any]:
        return self._records(name, kind) or []

    def _records(self, name: str, kind: str) -> list[Any] | None:
        """The records, of whatever kind was asked for; None when there is no such name at all."""
        import dns.exception
        import dns.name
        import dns.resolver

        try:
            resolver = dns.resolver.Resolver(configure=not self.servers)
            if self.servers:
                resolver.nameservers, resolver.port = list(self.servers), self.port
            resolver.lifetime = self.lifetime
            return list(resolver.resolve(dns.name.from_text(name), kind, search=False))
        except dns.resolver.NXDOMAIN:
            return None
        except dns.resolver.NoAnswer:
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(f"no name server answered ({type(error).__name__})") from error
