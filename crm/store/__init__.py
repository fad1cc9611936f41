"""The database: engine and queries. Functions take a session and never commit."""
