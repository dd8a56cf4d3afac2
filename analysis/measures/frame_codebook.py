"""The codebook of frames as a table, as people wrote it. What must not be here: matching (`frames`)."""

import csv
import io

import pandas as pd

from analysis.measures.frames import LANGUAGES, parse_codebook


def codebook_rows(text: str) -> pd.DataFrame:
    """Table `frame_codebook`: one row per frame and language, as people wrote it.

    Parameters
    ----------
    text
        As `parse_codebook`, with definition, trap and source.

    Raises
    ------
    InputError
        As `parse_codebook`.
    """
    parse_codebook(text)
    return pd.DataFrame(
        {
            "frame_code": row["frame_code"],
            "language_code": language,
            "definition_text": row["definition"],
            "phrases_text": row[f"phrases_{language}"],
            "excluded_phrases_text": row["excluded_phrases"] or None,
            "trap_text": row["trap"],
            "source": row["source"],
        }
        for row in csv.DictReader(io.StringIO(text))
        for language in LANGUAGES
    )
