"""Which passwords are good enough, and argon2id."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from crm.domain.errors import Invalid
from crm.services import passwords


class CountingHasher(PasswordHasher):
    """Counts what it verifies: work is counted in hashes here, not in seconds."""

    verified = 0

    def verify(self, hash, password):  # noqa: A002  (argon2 names it so)
        self.verified += 1
        return super().verify(hash, password)


def test_an_account_that_does_not_exist_costs_as_much_work_as_a_wrong_password() -> None:
    hasher = CountingHasher()
    stored = passwords.hashed("three walks a week")
    assert not passwords.matches("wrong", stored, hasher=hasher)
    assert not passwords.matches("wrong", "", hasher=hasher)
    assert hasher.verified == 2


def test_no_password_opens_an_account_that_has_none() -> None:
    assert not passwords.matches("", "")
    assert not passwords.matches("a password that belongs to nobody", "")


def test_the_hash_is_argon2id_and_fits_its_password_alone() -> None:
    stored = passwords.hashed("drei Spaziergänge 🏃")
    assert stored.startswith("$argon2id$")
    assert passwords.matches("drei Spaziergänge 🏃", stored)
    assert not passwords.matches("drei Spaziergange 🏃", stored)
    assert not passwords.outdated(stored)


def test_a_broken_hash_lets_nobody_in() -> None:
    assert not passwords.matches("three walks a week", "!")


@pytest.mark.parametrize(
    "password", ["", "short", "12345678", "aaaaaaaaaa", "x" * 401, "Password123", "dana@stride.example"]
)
def test_passwords_that_others_would_guess_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.check(password, email="Dana@stride.example")


def test_any_words_will_do_that_are_long_enough() -> None:
    passwords.check("three walks a week", email="dana@stride.example")
