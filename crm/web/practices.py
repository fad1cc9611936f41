"""Practices: where providers work, and who else is there."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("practices", __name__)
