"""The sample application: a web application to put behind Doorward, that shows what reaches it.

Rule: it knows nothing of Doorward's own code; like any application, it sees requests and headers.
"""

from doorward.sample.app import create_app

__all__ = ["create_app"]
