"""The command line: parse, call one function, print. One file a command.

Results go to stdout; everything else that is said goes to stderr.
"""
