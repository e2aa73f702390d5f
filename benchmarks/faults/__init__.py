"""Seeded faults: what a fault gets and gives back is in `place`, the faults themselves in one module a list."""
