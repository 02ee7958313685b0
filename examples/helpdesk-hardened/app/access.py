"""Who may call what: a token for the support team, and a budget for each caller."""

import functools
import hmac

from flask import abort, request
from flask_limiter import Limiter

from . import settings


def caller() -> str:
    """What a budget belongs to: the customer whom the gateway has signed in, or an address."""
    return request.headers.get("X-Customer") or request.remote_addr or "unknown"


# Few enough that copying the classifier through its answers takes months.
limiter = Limiter(caller, default_limits=["30 per minute", "1000 per day"])


def staff_only(view):
    """Lets only the support team in."""

    @functools.wraps(view)
    def guarded(*args, **kwargs):
        expected = "Bearer " + settings.secret("staff_token")
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            abort(401)
        return view(*args, **kwargs)

    return guarded
