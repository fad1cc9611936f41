"""In from outside: files, registries, calendars."""
