"""A PDF that opens only with a password, for papers about a client that go by mail."""

from __future__ import annotations

from io import BytesIO

SHORTEST = 10


def locked(content: bytes, password: str) -> bytes:
    """The same PDF, encrypted with AES-256. The password is given another way, never with the file.

    It may be printed and read aloud by software, not changed. Raises ValueError for a password that is too short.
    """
    import pikepdf

    if len(password) < SHORTEST:
        raise ValueError(f"Use a password of at least {SHORTEST} characters.")
    made = BytesIO()
    may = pikepdf.Permissions(
        accessibility=True, extract=False, modify_annotation=False, modify_assembly=False, modify_form=False,
        modify_other=False,
    )  # fmt: skip
    with pikepdf.open(BytesIO(content)) as document:
        document.save(made, encryption=pikepdf.Encryption(user=password, owner=password, R=6, aes=True, allow=may))
    return made.getvalue()
