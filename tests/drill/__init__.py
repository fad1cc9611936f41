"""The drill: real workers are killed while they send, and afterwards every message is accounted for."""
