"""Measurements as short as a test: what a `sitecustomize` on PYTHONPATH has to say to every child."""

HASTY = """\
from dataclasses import replace
from edgecv.ondevice import stopwatch
stopwatch.LOOK_SECONDS = 0.03
stopwatch.PLANS["quick"] = replace(stopwatch.PLANS["quick"], max_seconds=0.6, warmup_seconds=0.3, end_to_end_runs=4)
"""
