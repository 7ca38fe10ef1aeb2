"""Words by what they do in a sentence, most of them English: the one place for lists, as data.

Patterns are matched in any case. What sentences are distorted by for a test stands with that test,
so that no rule is measured by its own words.
"""

FUNCTION_WORDS = """
a an the this that these those there here it its he she they them him her his hers their theirs we
us our you your i me my mine who whom whose what which when where why how am is are was were be
been being do does did doing done have has had having can could will would shall should may might
must of in on at by for from to into onto with without within about as than then so and or but not
no nor if whether because while during before after between among any some all each every many much
more most other such only own same too very just also please tell say says said give show list name
describe explain according s t d ll m re ve
"""
"""Words that tell nothing of what a text is about."""

OPENERS = frozenset(
    """
    a an the this that these those there here it its he his she her they their we our you your i my
    who what which when where why how as at by for from in into of off on out over to under up upon
    with within without about above across after against along amid among around before behind below
    beside besides between beyond despite during except following given like near once per since
    than through throughout till toward towards until versus via and but or nor so yet if because
    although though while whereas whether unless both either neither each every all any some many
    much more most few fewer several other others another such same no none nobody nothing everyone
    everybody someone somebody anyone one first second third next last finally then thus hence
    therefore however moreover furthermore nevertheless nonetheless otherwise instead indeed rather
    also even just only not never always often perhaps maybe today yesterday tomorrow tonight later
    earlier soon afterwards meanwhile still again now overall altogether yes well is are was were do
    does did has have had can could will would shall should may might must
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""Words that open a sentence and name nothing."""

REPORTING_VERBS = (
    "said|says|stated|states|told|added|adds|noted|notes|opined|wrote|writes|announced|claimed|"
    "claims|denied|denies|argued|argues|explained|explains|warned|warns|testified|insisted|"
    "insists|replied|replies|answered|answers|emphasi[sz]ed|stressed|confirmed|reported|remarked|declared|"
    "indicated|suggested|observed|recalled|asked|maintained|maintains|acknowledged|conceded|commented"
)
"""What one does who reports: 'the inspector said', 'Ann Lee warns'."""

ASKED_REPORTING = (
    "say|said|call|claim|claimed|think|believe|state|stated|describe|argue|warn|warned|deny|denied|"
    "explain|tell|told|mean|write|wrote"
)
"""The same as it stands in a question: 'what does she say', 'has he denied'."""

NEGATIONS = (
    r"\b(?:no|not(?! only\b)|none|never|nobody|nothing|nowhere|neither|nor|without|cannot"
    r"|hardly|barely|scarcely|seldom|rarely|unable|impossible|false|untrue"
    r"|den(?:y|ies|ied|ying)|refus(?:e|es|ed|ing)|reject(?:s|ed|ing)?|disput(?:e|es|ed|ing)"
    r"|refut(?:e|es|ed|ing)|(?:fail|declin)(?:s|es|ed|ing)? to|lack(?:s|ed|ing)?)\b"
    r"|\b\w+n[’']t\b"
)
"""A pattern for what denies a clause."""

EXCEPTIONS = (
    r"\b(?:except(?:ing|ions?)?|apart from|aside from|other than|rather than|instead of|but for"
    r"|exempt\w*|spared?|escap(?:e|es|ed|ing)|avoid(?:s|ed|ing)?|exclud(?:e|es|ed|ing)|only"
    r"|oppos(?:e|es|ed|ing)|miss(?:es|ed|ing)|left out|omit(?:s|ted)?)\b"
)
"""A pattern for what is told apart from the rest."""

CORRECTIONS = (
    r"\b(?:correct(?:s|ed|ion|ions)|corrigend(?:um|a)|errat(?:um|a)|amend(?:s|ed|ment)?|supersed\w+"
    r"|replac(?:es|ed)|withdr(?:aws|awn|ew)|repeal(?:s|ed)|revis(?:es|ed)"
    r"|berichtig\w+|korrigier\w+|korrektur\w*|ersetzt|aufgehoben|widerruf\w*"
    r"|corrig[eéi]\w*|rectifi\w+|remplac\w+|abrog\w+|annul[eé]\w*"
    r"|corre[cgz]\w*|reemplaz\w+|sustituy\w+|derog\w+|rettific\w+|sostitui\w+|retific\w+"
    r"|substitu[ií]\w*|revog\w+|gecorrigeerd|rectificatie|vervang\w+|ingetrokken"
    r"|sprostow\w+|skorygow\w+|zast[ęą]p\w+|uchyl\w+)"
    r"|更正|勘误|修正|订正|取代|废止|訂正|差し替え|廃止|تصحيح|تصويب|يحل محل|ألغي"
)
"""A pattern, in the languages of the interface, for what one document does to another."""

OPPOSITES = tuple(
    """
    more/less more/fewer higher/lower larger/smaller greater/smaller bigger/smaller better/worse
    older/younger longer/shorter faster/slower earlier/later stronger/weaker heavier/lighter
    most/least highest/lowest largest/smallest best/worst oldest/youngest longest/shortest
    increase/decrease increased/decreased increases/decreases increasing/decreasing increase/decline
    increased/declined rose/fell rise/fall rises/falls rising/falling grew/shrank gained/lost
    gain/lose won/lost win/lose wins/loses improved/worsened expanded/shrank supports/opposes
    supported/opposed success/failure succeeded/failed strengthened/weakened before/after first/last
    early/late north/south east/west northern/southern eastern/western northeast/southwest
    northwest/southeast left/right above/below inside/outside over/under up/down maximum/minimum
    with/without always/never often/rarely often/seldom usually/rarely usually/seldom many/few
    most/few majority/minority upper/lower internal/external male/female men/women man/woman
    boys/girls father/mother son/daughter husband/wife brother/sister king/queen he/she his/her
    himself/herself good/bad old/new large/small big/small high/low long/short easy/hard
    easy/difficult simple/complex cheap/expensive hot/cold warm/cold rich/poor strong/weak fast/slow
    open/closed opened/closed public/private allowed/forbidden allowed/prohibited legal/illegal
    positive/negative true/false buy/sell bought/sold buys/sells began/ended begin/end begins/ends
    start/stop started/stopped started/ended import/export imports/exports imported/exported
    arrived/left enter/leave entered/left include/exclude includes/excludes included/excluded
    advantage/disadvantage advantages/disadvantages summer/winter morning/evening day/night
    dead/alive born/died buyer/seller employer/employee parent/child
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""Pairs of words of which each says the contrary of the other."""

PAST = frozenset(
    """
    arose ate awoke became began bent blew bought bred broke brought built burst came caught chose
    clung crept dealt did drank drew drove fed fell felt fled flew forbade forgave forgot fought
    found freed froze gave got grew heard held hid hung kept knelt knew laid led left lent lit lost
    made met paid rang ran rode rose said sang sank sat saw sent shone shook shot shrank slept slid
    sold sought spent spoke sprang spun stole stood strode struck stuck swam swept swore taught
    threw told took tore understood undertook was went were withdrew woke won wore wrote
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""Past forms of irregular verbs that are no present form besides."""

NO_PAST = frozenset(
    "hundred sacred naked wicked rugged kindred hatred beloved embed aged crooked".split()  # noqa: SIM905
)
"""Words in -ed that are no past forms."""
