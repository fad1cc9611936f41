"""Handoff: provider outreach for medical exercise professionals."""
