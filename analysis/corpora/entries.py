"""What a reader yields: items, records of items set aside, and what stands beside the items.

What must not be here: reading. Every reader is a function from a `Source` to an iterator of `Entry`.
"""

from analysis.corpora.posts import Gone, Post
from analysis.corpora.quarantine import Aside, Notice, Quarantined
from analysis.corpora.surveys import Codebook, Respondent

Item = Post | Respondent
Entry = Item | Gone | Quarantined | Aside | Notice | Codebook
