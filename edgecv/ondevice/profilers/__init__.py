"""Profilers: ask a runtime for the time of each layer. One module a runtime; its name is the target's name."""
