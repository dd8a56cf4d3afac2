"""Files of predictions: read whole, or refused with the row that is wrong."""

import pytest

from analysis.errors import InputError
from analysis.measures.predictions import read_predictions

FILE = "item,label,first,second\n1,Favourable,0.25,0.5\n2,favourable,1,0\n"


def read(text=FILE):
    return read_predictions(text.encode(), "predictions.csv")


def test_every_classifier_has_a_row_for_every_item():
    rows = read()
    assert rows.to_dict("records") == [
        {"item": "1", "classifier": "first", "label": "favourable", "share": 0.25},
        {"item": "2", "classifier": "first", "label": "favourable", "share": 1.0},
        {"item": "1", "classifier": "second", "label": "favourable", "share": 0.5},
        {"item": "2", "classifier": "second", "label": "favourable", "share": 0.0},
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("item,label", "post,label", "no column 'item'"),
        (FILE, "item,label\n1,favourable\n", "no column of a classifier"),
        ("\n2,favourable", "\n1,Favourable", "item '1' has label 'Favourable' again in row 3"),
        ("0.25", "1.25", "column 'first' holds '1.25' in row 2"),
        ("0.25", "", "column 'first' holds '' in row 2"),
    ],
)
def test_a_broken_file_is_refused(old, new, words):
    with pytest.raises(InputError, match=words):
        read(FILE.replace(old, new, 1))
