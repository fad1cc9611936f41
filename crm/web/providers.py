"""Providers: the page of one, adding and editing. The list is in provider_list.py, on the same blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("providers", __name__)
