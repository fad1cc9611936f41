"""Secrets at rest: encrypted with a key that lies beside the database, in the data folder."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from crm.domain.errors import Refused


class Vault:
    """Encrypts and decrypts short texts. The key file is made when it is first needed, readable by its owner only."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file

    @property
    def path(self) -> Path:
        """Where the key lies, or will lie."""
        return self._key_file

    def seal(self, secret: str) -> str:
        """The secret in a form that is safe to store; empty stays empty."""
        from cryptography.fernet import Fernet

        return Fernet(self._key()).encrypt(secret.encode()).decode() if secret else ""

    def open(self, sealed: str) -> str:
        """The secret again. Refused when the key file is another one than it was sealed with."""
        from cryptography.fernet import Fernet, InvalidToken

        if not sealed:
            return ""
        try:
            return Fernet(self._key()).decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError) as error:
            message = "The stored password can't be read with this data folder's key. Enter it again in mail settings."
            raise Refused("wrong_key", message) from error

    def _key(self) -> bytes:
        from cryptography.fernet import Fernet

        with contextlib.suppress(FileNotFoundError):
            return self._key_file.read_bytes()
        self._key_file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._key_file.with_name(f"{self._key_file.name}.{os.getpid()}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, self._key_file)  # of two that start at once, one key wins
        unfinished.unlink()
        return self._key_file.read_bytes()
