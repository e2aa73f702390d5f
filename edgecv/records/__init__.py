"""What is said: the frozen records that every other part reads or writes.

This package is device side: standard library and numpy, Python 3.8 syntax. It holds no behaviour beyond turning a
record into JSON and back; checking what users write is the work of `edgecv.documents`.
"""
