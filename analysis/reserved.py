"""Codes that stand in a table where a frame's code would: no plan may give them to a frame of its own."""

ALL_POSTS, NO_FRAME, CUT_POSTS = "ALL", "NONE", "CUT"
RESERVED = {
    ALL_POSTS: "all posts",
    NO_FRAME: "none of the frames",
    CUT_POSTS: "text cut by the vendor, so that a frame may be missed",
}
"""Code → what it says."""
