"""Which tools are at work here: read from the installed packages, nothing is imported."""

from importlib.metadata import PackageNotFoundError, version


def versions(*packages: str) -> dict[str, str]:
    """The versions of those of the packages that are installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # TensorFlow, for one, goes by different names on different machines
            continue
    return found
