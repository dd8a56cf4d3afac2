"""Own miniatures of downloads that field teams and accounts' owners get; every name in them is invented."""

import json

BIG = 12345678901234567890

REDCAP = (
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sc3,news___1,news___2,name,survey_complete\n"
    "1,baseline_arm_1,,,2,1,0,Leak One,2\n"
    "2,baseline_arm_1,,,بلی,0,,Leak Two,0\n"
    "2,baseline_arm_1,visits,1,,,,,2\n"
    "1,later_arm_1,,,3,1,0,,2\n"
    "3,baseline_arm_1,,,1,0,1,,2\n"
).encode()
REDCAP_DICTIONARY = (
    b'"Variable / Field Name","Field Type","Field Label","Choices, Calculations, OR Slider Labels","Identifier?"\n'
    b'record_id,text,Number,,\nsc3,radio,"How old, in years?","1, young | 2, old",\n'
    b'news,checkbox,"News?","1, tv | 2, radio",\nname,text,Name,,y\n'
)

GOOGLE_FORMS = (
    "Timestamp,Email Address,How do you view them?,Which news?\n"
    '2030/01/05 10:00:00 AM GMT+1,one@invented.example,very bad,"tv, radio"\n'
    "2030/01/05 11:00:00 AM GMT+1,two@invented.example,بد,\n"
).encode()

SURVEYMONKEY = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,"
    "How do you view them?,Which of these?,,\n"
    ",,,,,,,,Response,tv,radio,Other\n"
    f"{BIG},47,01/05/2030 10:00:00 AM,01/05/2030 10:05:00 AM,192.0.2.1,,Leak,One,بد,tv,,\n"
    "118000000002,47,01/05/2030 10:00:00 AM,,192.0.2.2,,Leak,Two,,,radio,\n"
).encode()

TWARC_CSV = (
    "id,conversation_id,referenced_tweets.replied_to.id,referenced_tweets.retweeted.id,referenced_tweets.quoted.id,"
    "author_id,created_at,text,lang,public_metrics.like_count,edit_history_tweet_ids,withheld.scope,entities.urls,"
    "author.username,author.protected,author.name,__twarc.version\n"
    f'{BIG},9,,,,7,2030-01-01T00:00:00.000Z,one &amp; سلام,fa,4,"[""{BIG}""]",,"[{{""expanded_url"": ""https://a.example""}}]",'
    "inv,False,Leak One,2.14\n"
    '31,9,8,,,7,2030-01-01T00:00:01.000Z,answer,en,,"[""31"", ""32""]",,,inv,True,Leak One,2.14\n'
    '33,9,,31,,7,2030-01-01T00:00:02.000Z,whole original,en,0,"[""33""]",tweet,,inv,,Leak One,2.14\n'
).encode()

TIKTOK = {
    "id": str(BIG), "desc": "ویدیو", "createTime": "1893456000", "textLanguage": "fa", "privateItem": False,
    "author": {"id": "1", "uniqueId": "inv", "nickname": "Leak One", "signature": "Leak Two"},
    "stats": {"diggCount": 1, "shareCount": 0, "commentCount": 2, "playCount": 9},
}  # fmt: skip
INSTAGRAM = {
    "pk": "77", "taken_at": 1893456000, "caption": {"text": "caption"}, "like_count": 3, "comment_count": 1,
    "user": {"pk": "5", "username": "inv", "is_private": True, "full_name": "Leak Three"},
}  # fmt: skip
GRAPH = {
    "id": "78", "taken_at_timestamp": 1893456000, "owner": {"id": "5", "username": "inv"},
    "edge_media_to_caption": {"edges": [{"node": {"text": "older shape"}}]},
}  # fmt: skip


def shown(platform, data):
    return {
        "nav_index": "1:1", "item_id": "1", "timestamp_collected": 1893456000000, "source_platform": platform,
        "source_platform_url": "https://leak.example", "source_url": "https://leak.example", "user_agent": "Leak Four",
        "data": data,
    }  # fmt: skip


ZEESCHUIMER = "".join(
    json.dumps(shown(*each), ensure_ascii=False) + "\n"
    for each in (
        ("tiktok.com", TIKTOK), ("instagram.com", INSTAGRAM), ("instagram.com", GRAPH), ("9gag.com", {"id": "1"}),
        ("tiktok.com", {**TIKTOK, "id": "3", "createTime": "1893456001"}),
    )
).encode()  # fmt: skip


def taken_apart(text):
    """A text as the vendor writes it: every byte of its UTF-8 a character of its own."""
    return text.encode().decode("latin-1")


FACEBOOK = [
    {
        "timestamp": 1893456000, "title": "Leak One was with Leak Two.", "tags": ["Leak Two"],
        "data": [{"post": taken_apart("سلام دنیا")}, {"update_timestamp": 1893456001}],
        "attachments": [
            {"data": [{"external_context": {"url": "https://a.example"}}, {"place": {"name": "Leak Three"}}]}
        ],
    },
    {"timestamp": 1893456002, "title": "Leak One changed a picture.", "data": [{"update_timestamp": 1}]},
    {"timestamp": 1893456003, "data": [{"post": "plain"}]},
]  # fmt: skip
INSTAGRAM_DOWNLOAD = [
    {
        "media": [
            {"uri": "media/1.jpg", "creation_timestamp": 1893456000, "title": taken_apart("عکس"),
             "media_metadata": {"photo_metadata": {"exif_data": [{"latitude": 1.5}]}}}
        ]
    },
    {"media": [{"uri": "media/2.jpg", "creation_timestamp": 1}], "title": "two", "creation_timestamp": 1893456005},
]  # fmt: skip

MINIATURES = {
    "redcap": REDCAP,
    "google_forms": GOOGLE_FORMS,
    "surveymonkey": SURVEYMONKEY,
    "twarc_csv": TWARC_CSV,
    "zeeschuimer": ZEESCHUIMER,
    "facebook_download": json.dumps(FACEBOOK).encode(),
    "instagram_download": json.dumps(INSTAGRAM_DOWNLOAD).encode(),
}
