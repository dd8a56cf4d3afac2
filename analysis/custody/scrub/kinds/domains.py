"""Which last labels make a domain name. What must not be here: patterns."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COUNTRY = _words("""
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz
    ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk
    fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir
    is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk
    ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl
    pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc
    td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
""")
GENERIC = _words("""
    com net org info biz edu gov mil int name pro aero asia cat coop jobs mobi museum tel travel xxx arpa
    onion app dev page cloud online site website web blog shop store tech digital agency media news press
    social chat link click live life today world email group team work works zone space fun xyz top club vip
    win icu ink wiki host tools systems solutions services network foundation ngo ong charity help support
    center community international academy education school university institute careers legal lawyer gmbh
    berlin wien hamburg koeln koln ruhr bayern paris london nyc istanbul ist moscow swiss tube video photo
    photos pics gallery studio radio stream games game bot ai gle goo new me example test invalid local
""")
KNOWN = COUNTRY | GENERIC
WEAK = _words("""
    ac ad ai al am ar as at ax ba be bi bo br by ca cc cd cf ch ci cl cm co cu do ec ee er es et fm ga gs he
    hm ht id ie il im in is it je km la li lo ma mc md me mh ml mm mn mo mr ms mu my na ne ni no nr nu om pa
    pe ph pl pm pr ps py re rs sa sb sc sd sh si sl sm sn so sr ss st su sv ta tc td tf th tl tm to tt us va
    vi ws ye za name pro int cat jobs museum tel travel app page cloud online site website web blog shop store
    tech digital agency media news press social chat link click live life today world email group team work
    works zone space fun top club win ink host tools systems solutions services network foundation charity
    help support center community international academy education school university institute careers legal
    lawyer paris london moscow swiss tube video photo photos pics gallery studio radio stream games game bot
    new ist berlin wien hamburg test invalid local
""")
"""Endings that are also words or file endings: a bare name needs a path, `www.` or a word for a site beside it."""

PERSIAN = "کام|کوم|نت|نیت|ارگ|اورگ|ایران|اینفو|ای آر|ایآر|دی ای|یو کی"
"""How endings are written out in Persian and Pashto."""
