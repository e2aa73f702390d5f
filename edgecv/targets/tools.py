"""Is installed what a target is built with?"""

from importlib.util import find_spec


def missing_tools(*modules: str) -> str | None:
    """What to type where one of these modules is missing; None where all are there."""
    return None if all(map(find_spec, modules)) else "pip install 'edgecv[convert]'"
