"""Every error a person can meet, in one flat family.

What belongs here: the names. What must not: logic, messages, logging.
Each message names the file, the row or item, the column, the value received, what is allowed and what to do.
"""


class AnalysisError(Exception):
    """Any failure that a person can act on; the command line prints it as one `error:` line and exits with 2."""


class ParameterError(AnalysisError):
    """`params.yaml` holds an unknown key, lacks one, or holds a value that is not allowed."""


class SchemaError(AnalysisError):
    """A table does not match its declaration; the message lists every violation with its value and its rule."""


class StoreError(AnalysisError):
    """A table was asked for by an unknown name, is missing, or is kept in another tier."""


class ExportError(AnalysisError):
    """An export is unreadable, truncated, empty or of a format that nobody here knows; names file, position and fix."""


class InstrumentError(AnalysisError):
    """An instrument file is missing or malformed: a key too many, a key too few, or one name with two meanings."""


class CustodyError(AnalysisError):
    """Somebody's data would enter, or stay, without the consent, the key or the governance it needs."""


class EstimationError(AnalysisError):
    """An estimator was given data or a combination of options that it cannot answer correctly."""


class ReplicationError(AnalysisError):
    """A third-party file is missing, has another hash, or no longer gives the recorded result."""


class ClaimsError(AnalysisError):
    """The register is malformed, or differs from the one that was frozen."""


class DisclosureError(AnalysisError):
    """An output may not leave: a check failed, was never made, or the bytes are not the ones that were cleared."""


class ReleaseError(AnalysisError):
    """The release, the book or the bundle cannot be written or does not match its own checksums."""


class InputError(AnalysisError):
    """A researcher's own file lacks a column, holds a value that is not allowed, or was described wrongly."""
