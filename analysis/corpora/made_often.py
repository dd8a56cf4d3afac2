"""Shapes of which a reader makes one or more per item: dataclasses that nobody changes.

What must not be here: the shapes. The type checker holds them frozen (`./run lint`); at run time they are plain, for
one that is frozen at run time takes four times as long to make: nearly five microseconds for a post.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def made_often(cls: type[T]) -> type[T]:
    """A dataclass with slots, made cheaply.

    Examples
    --------
    >>> @made_often
    ... class Place:
    ...     line: int
    >>> Place(3)
    Place(line=3)
    """
    return dataclass(slots=True)(cls)
