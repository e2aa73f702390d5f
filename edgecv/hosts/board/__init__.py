"""What runs on a board while a host is at work there: the standard library alone, in Python 3.8 syntax.

None of it is installed. It travels with the first words to a board (`arrival.py`), lives in memory, and leaves with the
host: a relay between ssh and a keeper, and the keeper, which outlives the line. The keeper holds the lease, runs what
the host asks for, and takes everything away when the host says so, or has not been heard for too long.
"""
