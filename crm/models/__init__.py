"""Tables: columns and constraints, no queries."""
