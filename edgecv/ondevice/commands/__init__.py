"""What `python -m edgecv.ondevice` can be told to do, one command a file."""
