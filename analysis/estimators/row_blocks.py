"""Sums over many rows in blocks, so that memory stays that of the data.

What belongs here: cutting rows, decompositions by blocks. What must not: what is summed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.estimators.variance import FloatArray

BLOCK = 1 << 16


def row_blocks(n: int, block: int = BLOCK) -> list[slice]:
    """Cut n rows into blocks that are worked on one after the other.

    Parameters
    ----------
    n, block
        Rows, and most of them in one.

    Returns
    -------
    list of slice

    Example
    -------
    >>> row_blocks(3)
    [slice(0, 3, None)]
    """
    return [slice(i, min(i + block, n)) for i in range(0, n, block)]


def triangle(X: FloatArray, w: FloatArray) -> FloatArray:
    """Give R of the QR decomposition of √w·X, block by block.

    Parameters
    ----------
    X, w
        (n, p) and (n,).

    Returns
    -------
    numpy.ndarray
        (p, p), or smaller with fewer rows.

    Example
    -------
    >>> triangle(np.array([[3.0], [4.0]]), np.ones(2)).round(6).tolist()
    [[-5.0]]
    """
    made = np.empty((0, X.shape[1]))
    for b in row_blocks(len(X)):
        made = _r(np.vstack([made, X[b] * np.sqrt(w[b])[:, None]]))
    return made


def _r(block: FloatArray) -> FloatArray:
    made: Any = np.linalg.qr(block, mode="r")
    return np.asarray(made, dtype=np.float64)
