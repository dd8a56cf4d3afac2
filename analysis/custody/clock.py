"""The day it is: what expiry, retention and new events of a ledger are compared with.

Every function that needs it takes it as an argument, so that a test can name another day. What must not be here: the
day of a release, which stands in the parameters.
"""

from datetime import UTC, date, datetime


def utc_day() -> date:
    """Today, in UTC, by this machine's clock."""
    return datetime.now(UTC).date()
