"""An artifact and the code that runs it in one file, for boards on which nothing else of edgecv is installed."""

from edgecv.bundle.pictures import with_pictures
from edgecv.bundle.writing import Bundle, write_bundle

__all__ = ["Bundle", "with_pictures", "write_bundle"]
