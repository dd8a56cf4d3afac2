"""Own miniature exports, one per format, written from the vendors' documentation; every name in them is invented."""

import io
import json
import tempfile
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat

from analysis.corpora.exports import open_export
from analysis.corpora.posts import Gone, Post
from analysis.corpora.quarantine import Aside, Notice, Quarantined
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Respondent
from tests.formats import downloads, portables

BIG = 2**60 + 1


def source(data: bytes, name: str = "export") -> Source:
    return Source(name, lambda: io.BytesIO(data))


class Read:
    """Everything that a reader yields for some bytes."""

    def __init__(self, data: bytes, format_code: str | None = None):
        export = open_export(source(data), format_code)
        self.code = export.format.code
        self.entries = list(export.entries())
        self.posts = [each for each in self.entries if isinstance(each, Post)]
        self.respondents = [each for each in self.entries if isinstance(each, Respondent)]
        self.gone = [each for each in self.entries if isinstance(each, Gone)]
        self.quarantined = [each for each in self.entries if isinstance(each, Quarantined)]
        self.notices = [each.sentence for each in self.entries if isinstance(each, Notice)]
        self.asides = Counter()
        for each in self.entries:
            if isinstance(each, Aside):
                self.asides[each.what] += each.count


def as_json(value) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def as_lines(*values) -> bytes:
    return b"".join(as_json(value) + b"\n" for value in values)


TELEGRAM_MESSAGE = {
    "id": 7,
    "type": "message",
    "date": "2030-01-01T03:30:00",
    "date_unixtime": "1893456000",
    "from": "Invented Person",
    "from_id": "user1",
    "text": [
        "سلام ",
        {"type": "bold", "text": "دنیا"},
        " ",
        {"type": "text_link", "text": "x", "href": "https://a.example"},
    ],
    "reactions": [{"type": "emoji", "emoji": "+", "count": 3, "recent": [{"from": "Leak One", "from_id": "user66"}]}],
    "contact_information": {"first_name": "Leak Two", "phone_number": "0000"},
    "location_information": {"latitude": 12.3456, "longitude": 65.4321},
}
TELEGRAM_SERVICE = {
    "id": 8,
    "type": "service",
    "date": "2030-01-01T03:31:00",
    "actor": "Leak Three",
    "actor_id": "user67",
    "action": "invite_members",
    "members": ["Leak Four"],
    "text": "",
}
TELEGRAM = {
    "name": "Synthetic chat",
    "type": "public_channel",
    "id": BIG,
    "messages": [TELEGRAM_MESSAGE, TELEGRAM_SERVICE, {**TELEGRAM_MESSAGE, "id": 9, "text": "plain"}],
}

X_POST = {
    "id": str(BIG),
    "text": "one &amp; two",
    "author_id": "11",
    "created_at": "2030-01-01T00:00:00.000Z",
    "lang": "en",
    "edit_history_tweet_ids": [str(BIG)],
    "public_metrics": {"retweet_count": 1, "reply_count": 2, "like_count": 3, "quote_count": 4},
}
X_REPOST = {**X_POST, "id": "21", "text": "RT @a: cut…", "referenced_tweets": [{"type": "retweeted", "id": "31"}]}
X_PAGE = {
    "data": [X_POST, X_REPOST],
    "includes": {"tweets": [{**X_POST, "id": "31", "text": "whole text"}], "users": [{"id": "11", "username": "inv"}]},
    "meta": {"result_count": 2},
    "__twarc": {"version": "2.0"},
}


def youtube_comment(name, **snippet):
    return {
        "kind": "youtube#comment",
        "id": name,
        "snippet": {
            "authorChannelId": {"value": "UC1"},
            "authorDisplayName": "Invented",
            "textDisplay": "a<br>b &amp; c",
            "textOriginal": "a\nb & c",
            "likeCount": 1,
            "publishedAt": "2030-01-01T00:00:00Z",
            "updatedAt": "2030-01-01T00:00:00Z",
            **snippet,
        },
    }


YOUTUBE_THREAD = {
    "kind": "youtube#commentThread",
    "id": "t1",
    "snippet": {"videoId": "v1", "topLevelComment": youtube_comment("t1"), "totalReplyCount": 5},
    "replies": {"comments": [youtube_comment("t1.r1", parentId="t1")]},
}
YOUTUBE = {"kind": "youtube#commentThreadListResponse", "pageInfo": {"totalResults": 1}, "items": [YOUTUBE_THREAD]}

META = (
    "id,creation_time,text,lang,post_owner.id,post_owner.username,surface.id,shared_post_id,is_reshare,statistics.views\n"
    f'{BIG},2030-01-01T00:00:00+0000,"two\nlines",fa,{BIG + 1},inv,{BIG + 2},,false,"1,234"\n'
    f"{BIG + 3},2030-01-01T00:01:00+0000,,ps,,,,{BIG},true,9\n"
).encode()

CROWDTANGLE = (
    "\ufeffPage Name,User Name,Facebook Id,Likes at Posting,Post Created,Type,"
    "Total Interactions,Likes,Comments,Love,URL,Message,Link\n"
    'Inv,inv.page,1000000000000001,10,2030-03-01 01:59:59 CET,Link,"1,234","1,000",7,N/A,'
    'https://www.facebook.com/1/posts/2,"say ""so""\nagain",https://a.example\n'
    "Inv,inv.page,1000000000000001,10,2030-03-01 01:59:59 XQT,Link,1,1,1,1,https://www.facebook.com/1/posts/3,x,\n"
).encode()

TIKTOK_VIDEO = {"id": BIG, "create_time": 1893456000, "video_description": "d", "username": "inv", "view_count": 5}
TIKTOK = {"data": {"videos": [TIKTOK_VIDEO], "cursor": 1, "has_more": False}, "error": {"code": "ok", "log_id": "1"}}

BLUESKY_POST = {
    "uri": "at://did:plc:inv/app.bsky.feed.post/1",
    "cid": "c",
    "author": {"did": "did:plc:inv", "handle": "inv.example"},
    "record": {
        "$type": "app.bsky.feed.post",
        "createdAt": "2030-01-01T00:00:00.123456789Z",
        "text": "hello",
        "langs": ["fa", "en"],
        "facets": [{"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}]}],
    },
    "indexedAt": "2030-01-01T00:00:05.000Z",
    "likeCount": 1,
}
BLUESKY = {
    "cursor": "x",
    "feed": [
        {"post": BLUESKY_POST},
        {
            "post": BLUESKY_POST,
            "reason": {
                "$type": "app.bsky.feed.defs#reasonRepost",
                "by": {"did": "did:plc:other", "handle": "o.example"},
                "indexedAt": "2030-01-02T00:00:00Z",
            },
        },
    ],
}

MASTODON_STATUS = {
    "id": str(BIG),
    "created_at": "2030-01-01T00:00:00.000Z",
    "in_reply_to_id": None,
    "spoiler_text": "",
    "visibility": "public",
    "language": "ps",
    "content": '<p>one &amp; two<br>three</p><p><a href="https://a.example/x"><span class="invisible">https://</span>a</a></p>',
    "reblog": None,
    "account": {"id": "5", "acct": "inv@example.org", "username": "inv"},
    "edited_at": None,
    "favourites_count": 2,
}
MASTODON_OUTBOX = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": "outbox.json",
    "type": "OrderedCollection",
    "totalItems": 3,
    "orderedItems": [
        {
            "id": "https://m.example/1/activity",
            "type": "Create",
            "actor": "https://m.example/u",
            "published": "2030-01-01T00:00:00Z",
            "object": {
                "id": "https://m.example/1",
                "type": "Note",
                "content": "<p>hi</p>",
                "inReplyTo": None,
                "summary": None,
            },
        },
        {
            "id": "https://m.example/2/activity",
            "type": "Announce",
            "actor": "https://m.example/u",
            "published": "2030-01-01T00:00:00Z",
            "object": "https://m.example/other",
        },
        {
            "id": "https://m.example/3",
            "type": "Delete",
            "actor": "https://m.example/u",
            "object": "https://m.example/9",
        },
    ],
}

REDDIT_COMMENT = {
    "id": "c1",
    "author": "inv",
    "author_fullname": "t2_inv",
    "created_utc": "1893456000",
    "body": "a &lt; b",
    "subreddit": "test",
    "link_id": "t3_x",
    "parent_id": "t1_y",
    "score": 1,
    "edited": 1893456300.0,
}
REDDIT_GONE = {
    **REDDIT_COMMENT,
    "id": "c2",
    "author": "[deleted]",
    "body": "[removed]",
    "created_utc": 1893456000,
    "edited": False,
}
REDDIT_LISTING = [
    {
        "kind": "Listing",
        "data": {
            "children": [
                {
                    "kind": "t3",
                    "data": {
                        "id": "s1",
                        "title": "T",
                        "selftext": "",
                        "author": "inv",
                        "subreddit": "test",
                        "created_utc": 1.0,
                    },
                }
            ]
        },
    },
    {
        "kind": "Listing",
        "data": {
            "children": [
                {
                    "kind": "t1",
                    "data": {
                        **REDDIT_COMMENT,
                        "replies": {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": REDDIT_GONE}]}},
                    },
                },
                {"kind": "more", "data": {"count": 4, "children": ["a"]}},
            ]
        },
    },
]

X_ARCHIVE_POST = {
    "tweet": {
        "id_str": str(BIG),
        "id": str(BIG),
        "created_at": "Tue Jan 01 00:00:00 +0000 2030",
        "full_text": "a &amp; b &lt;3",
        "favorite_count": "4",
        "retweet_count": "0",
        "lang": "en",
        "edit_info": {"initial": {"editTweetIds": ["1", "2"]}},
    }
}
X_ARCHIVE = b"window.YTD.tweets.part0 = " + as_json([X_ARCHIVE_POST])

X_V1 = {
    "created_at": "Tue Jan 01 00:00:00 +0000 2030",
    "id": BIG,
    "id_str": str(BIG),
    "full_text": "RT @a: cut…",
    "user": {"id_str": "12", "screen_name": "inv"},
    "entities": {"urls": []},
    "retweeted_status": {
        "id_str": "13",
        "full_text": "whole &amp; text",
        "created_at": "Tue Jan 01 00:00:00 +0000 2030",
    },
    "lang": "en",
}

FOUR_CAT = (
    "id,thread_id,timestamp,body,subject,author,unix_timestamp\n"
    f"{BIG},t1,2030-01-01 00:00:00,hello,,inv,1893456000\nx2,t1,2030-01-01 00:00:01,,S,inv,\n"
).encode()

QUALTRICS = (
    "\ufeffStartDate,Status,ResponseId,TA1,EX1_1,QX\n"
    '"Start Date","Response Type","Response ID","How do you, overall,\nview …","TV","?"\n'
    '"{""ImportId"":""startDate"",""timeZone"":""UTC""}","{""ImportId"":""status""}","{""ImportId"":""_recordId""}",'
    '"{""ImportId"":""QID1""}","{""ImportId"":""QID2_1""}","{""ImportId"":""QID3""}"\n'
    "2030-01-01 00:00:00,0,R_1,1,7,a\n2030-01-01 00:00:00,Survey Preview,R_2,PNS,,b\n2030-01-01 00:00:00,0,R_2,9,8,c\n"
).encode()

KOBO = (
    "start;grp/SC1;grp/SC9;grp/SC9/ngo_international;grp/SC9/none;_id;_uuid;_submission_time;_index\n"
    "2030-01-01T00:00:00;yes;ngo_international none;1;1;1;u-1;2030-01-01T00:00:01;1\n"
    ";#a;;;;;;;\n"
    f"2030-01-01T00:00:00;no;;0;0;{BIG};u-2;2030-01-01T00:00:01;2\n"
).encode()

LIMESURVEY = (
    '\ufeff"id","submitdate","lastpage","startlanguage","seed","TA1","EX1[SQ001]","TA3"\n'
    '"1","2030-01-01 00:00:00","3","fa","123","1","7","N/A"\n'
    '"2","","1","ps","124","","","",\n"3","","1","ps","124","","",""\n'
).encode()


WHATSAPP = (
    "31/12/2029, 21:15 - Messages and calls are end-to-end encrypted.\n"
    "31/12/2029, 21:15 - Invented One: متن نمونه\nsecond line\n"
    "31/12/2029, 21:15 - Invented Two: <Media omitted>\n"
    "01/01/2030, 00:00 - +49 30 000000: 12345678901234567890 <This message was edited>\n"
    "01/01/2030, 00:01 - Invented One: This message was deleted\n"
).encode()


def kobo_workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["start", "grp/SC1", "_id", "_uuid", "_submission_time"])
    sheet.append([pd.Timestamp("2030-01-01").to_pydatetime(), True, 5, "u-1", "2030-01-01"])
    sheet.append([None, "no", 6.0, "u-2", "2030-01-01"])
    book.create_sheet("household").append(["_parent_index", 1])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _written(write, suffix) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        write(str(path))
        return path.read_bytes()


def spss() -> bytes:
    frame = pd.DataFrame({"caseid": [1.0, 2.0, 3.0], "TA1": [1.0, 98.0, None], "note": ["text", "", "x"]})
    return _written(
        lambda path: pyreadstat.write_sav(
            frame,
            path,
            missing_ranges={"TA1": [{"lo": 97, "hi": 99}]},
            variable_value_labels={"TA1": {1: "very unfavourable", 98: "refused"}},
            column_labels={"TA1": "How do you view …"},
        ),
        ".sav",
    )


def stata() -> bytes:
    frame = pd.DataFrame({"caseid": [1.0, 2.0, 3.0], "ta1": [1.0, "a", "z"], "note": ["text", "", "x"]})
    return _written(
        lambda path: pyreadstat.write_dta(
            frame, path, missing_user_values={"ta1": ["a", "z"]}, variable_value_labels={"ta1": {1: "very", "a": "DK"}}
        ),
        ".dta",
    )


MINIATURES = {
    "spss": spss(),
    "spss_portable": portables.MINIATURE,
    "stata": stata(),
    "qualtrics": QUALTRICS,
    "kobo": KOBO,
    "limesurvey": LIMESURVEY,
    "telegram_desktop": as_json(TELEGRAM),
    "x_api_v2": as_lines(X_PAGE, X_PAGE),
    "x_archive": X_ARCHIVE,
    "x_v1_1": as_lines(X_V1, X_V1),
    "youtube_comment_threads": as_json(YOUTUBE),
    "meta_content_library": META,
    "crowdtangle": CROWDTANGLE,
    "tiktok_research": as_json(TIKTOK),
    "bluesky": as_json(BLUESKY),
    "mastodon": as_json([MASTODON_STATUS]),
    "pushshift": as_lines(REDDIT_COMMENT, REDDIT_GONE),
    "4cat": FOUR_CAT,
    "whatsapp": WHATSAPP,
    **downloads.MINIATURES,
}
