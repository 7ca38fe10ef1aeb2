"""How languages write figures, beside the number words that text2num reads: one table for each."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Numerals:
    """The words of a language by which figures are made; patterns are matched in any case.

    `function` are common words by which the language is told; `cue`, parted by bars, begins any of
    its number words; `halves` stand for one half, whole fractions with their article; `parts` are
    denominators with their number, `articles` what stands before one of them instead of a number;
    `joins` stands between a number and a fraction, `either` between two numbers of one scale;
    `dozen` means twelve; `times` are patterns with the factor that they mean, as written ('1/2');
    `vague` are plurals that count nothing exactly.

    >>> LANGUAGES["de"].dozen, LANGUAGES["en"].parts["thirds"]
    ('dutzend', 3)
    """

    function: frozenset[str]
    cue: str
    halves: str
    parts: dict[str, int]
    articles: str
    joins: str
    either: str
    dozen: str
    times: dict[str, str]
    vague: dict[str, int] = field(default_factory=dict)
    comma: bool = True


LOOKALIKES = {"İ": "i", "ı": "i", "ſ": "s", "\u212a": "k"}
"""Letters that `re.IGNORECASE` takes for i, s and k (the last is the Kelvin sign)."""

_SHARE = r"(?= (?:of|the|as|less|more|fewer|higher|lower|larger|smaller|to)\b)"
_VERB = r"(?:(?<=will )|(?<=would )|(?<=to )|(?<=may )|(?<=might )|(?<=could )|(?<=can ))"
_OF_IT = r"(?= (?:the|its|their|that|what|his|her|as)\b)"

LANGUAGES = {
    "en": Numerals(
        function=frozenset(
            "the of and to is was were an that for it on with at by from has had".split()  # noqa: SIM905
        ),
        cue=r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twel|thir|twent|fort"
        r"|fift|nineti|hundred|thousand|million|billion|trillion|dozen|half|halv|quarter"
        r"|twice|thrice|doubl|tripl|quadrupl|quintupl|second|fourth|ninth",
        halves=r"half[ -]an?(?=[ -])|half(?=-(?:hour|minute|day|week|year|century|mile|metre|meter"
        r"|million|billion|dozen)s?\b)|(?:one[ -]|a )?half(?=[ -](?:million|billion|dozen)\b)"
        r"|one[ -]half|(?<=and )a half|(?<=and-)a-half"
        r"|(?:(?<=by )|(?<=than )|(?<=about )|(?<=nearly )|(?<=almost )|(?<=over ))half"
        r"|(?<!first )(?<!second )(?<!other )(?<!latter )(?<!former )(?<!top )(?<!bottom )"
        r"(?<!upper )(?<!lower )(?<!later )(?<!the )(?<!this )(?<!last )"
        r"(?:a )?half(?= (?:of|the|its|their|his|her|our|all|that|this)\b)",
        parts={
            r"thirds": 3,
            r"(?:quarters|fourths)": 4,
            r"fifths": 5,
            r"sixths": 6,
            r"sevenths": 7,
            r"eighths": 8,
            r"ninths": 9,
            r"tenths": 10,
            r"hundredths": 100,
        },
        articles=r"an?|one",
        joins=r"and",
        either=r"or|to",
        dozen=r"dozen",
        times={
            r"twice|doubl(?:ed|es|ing)": "2",
            rf"double{_OF_IT}|{_VERB}double": "2",
            r"thrice|tripl(?:ed|es|ing)": "3",
            rf"triple{_OF_IT}|{_VERB}triple": "3",
            r"quadrupl(?:ed|es|ing)": "4",
            r"quintupl(?:ed|es|ing)": "5",
            rf"halv(?:ed|es|ing)|{_VERB}halve": "1/2",
        },
        vague={
            "tens": 10,
            "dozens": 12,
            "hundreds": 100,
            "thousands": 1000,
            "millions": 10**6,
            "billions": 10**9,
            "trillions": 10**12,
        },
        comma=False,
    ),
    "de": Numerals(
        function=frozenset(
            """der die das und ist sind im dem des nicht mit von zu auf haben wurde waren
            nach zwei drei vier fünf sechs sieben zehn""".split()  # noqa: SIM905
        ),
        cue=r"null|ein|zwei|zwo|drei|vier|fünf|sechs|sieb|acht|neun|zehn|elf|zwölf|zwanzig|hundert"
        r"|tausend|million|milliard|billion|dutzend|halb|hälfte|anderthalb|dritt|doppelt|verdoppel"
        r"|verdreifach|vervierfach|halbier",
        halves=r"(?:eine? )?halbe[nrs]?(?= mill)|die hälfte(?= )|(?:der |zur )hälfte|hälfte",
        parts={r"drittel[ns]?": 3, r"viertel[ns]?": 4, r"fünftel[ns]?": 5, r"zehntel[ns]?": 10},
        articles=r"eine?[mns]?",
        joins=r"und",
        either=r"oder|bis",
        dozen=r"dutzend",
        times={
            r"zweimal|doppelt|verdoppel(?:t|te|ten|n)": "2",
            r"dreimal|dreifach|verdreifach(?:t|te|ten|en)": "3",
            r"viermal|vierfach|vervierfach(?:t|te|ten|en)": "4",
            r"halbier(?:t|te|ten|en)": "1/2",
        },
        vague={
            "dutzende": 12,
            "hunderte": 100,
            "tausende": 1000,
            "millionen": 10**6,
            "milliarden": 10**9,
        },
    ),
    "fr": Numerals(
        function=frozenset(
            """le la les des du et est sont dans une un que qui pour sur par avec il elle ont été
            deux trois quatre sept huit dix""".split()  # noqa: SIM905
        ),
        cue=r"zéro|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douz|treiz|quatorz|quinz"
        r"|seiz|vingt|trent|quarant|cinquant|soixant|septant|octant|nonant|cent|mill|moitié|demi"
        r"|tiers|quart|doubl|tripl|quadrupl",
        halves=r"(?:un |une )?demie?(?=[ -]?(?:milli|douz))|(?<=et )demie?|la moitié|moitié",
        parts={r"tiers": 3, r"quarts?": 4, r"cinquièmes?": 5, r"dixièmes?": 10},
        articles=r"une?|le",
        joins=r"et",
        either=r"ou|à",
        dozen=r"(?:une )?douzaine",
        times={
            r"doubl(?:é|ée|és|ées|a|aient|ent)": "2",
            r"tripl(?:é|ée|és|ées|a|aient|ent)": "3",
            r"quadrupl(?:é|ée|és|ées|a|ent)": "4",
        },
        vague={
            "dizaines": 10,
            "douzaines": 12,
            "centaines": 100,
            "milliers": 1000,
            "millions": 10**6,
            "milliards": 10**9,
        },
    ),
    "es": Numerals(
        function=frozenset(
            """el la los las de del y es en una un que por para se su fue han ha
            dos tres cuatro cinco siete ocho diez mil""".split()  # noqa: SIM905
        ),
        cue=r"cero|un|dos|tres|cuatr|cinc|seis|siet|och|nuev|dec|diec|diez|onc|doc|trec|catorc|quinc"
        r"|quin|veint|trein|cuaren|sesen|seten|nov|cien|mil|medi|mitad|terci|cuart|duplic|triplic",
        halves=r"medi[oa](?= (?:mill|docena))|(?<=y )medi[oa]|la mitad|mitad",
        parts={r"tercios?": 3, r"cuart[oa]s?": 4, r"quint[oa]s": 5, r"décim[oa]s": 10},
        articles=r"una?",
        joins=r"y",
        either=r"o|a",
        dozen=r"(?:una )?docena",
        times={
            r"duplic(?:a|ó|aron|ado|ada|ados|an)": "2",
            r"triplic(?:a|ó|aron|ado|ada|ados|an)": "3",
        },
        vague={"docenas": 12, "cientos": 100, "centenares": 100, "miles": 1000, "millones": 10**6},
    ),
    "it": Numerals(
        function=frozenset(
            """il lo la gli le di del della dei è sono una un che con si nel nella ha hanno
            tre quattro cinque sette otto dieci""".split()  # noqa: SIM905
        ),
        cue=r"zero|un|due|tre|quattr|cinqu|sei|sett|ott|nov|diec|undic|dodic|tredic|quindic|sedic"
        r"|dicia|dicio|vent|cent|duec|mill|mil|mezz|metà|terz|quart|dozzin|raddopp|triplic|duemil",
        halves=r"mezz[oa](?= (?:mili|dozzina))|(?<=e )mezz[oa]|la metà|metà",
        parts={r"terz[oi]": 3, r"quart[oi]": 4, r"quint[oi]": 5, r"decim[oi]": 10},
        articles=r"una?",
        joins=r"e",
        either=r"o|a",
        dozen=r"(?:una )?dozzina",
        times={
            r"raddoppi(?:a|ò|ato|ata|ati|arono|ano)": "2",
            r"triplic(?:a|ò|ato|ata|ati|arono|ano)": "3",
        },
        vague={"decine": 10, "dozzine": 12, "centinaia": 100, "migliaia": 1000, "milioni": 10**6},
    ),
    "pt": Numerals(
        function=frozenset(
            """o os de da dos das é são em na uma um que por com para se foi tem
            dois duas três quatro sete oito dez mil""".split()  # noqa: SIM905
        ),
        cue=r"zero|um|doi|dua|três|quatr|cinc|seis|set|oit|nov|dez|onz|doz|trez|catorz|quator|quinz"
        r"|vint|trint|quaren|sessen|oiten|cem|cent|duzent|trezent|quinh|mil|mei|metade|terç|quart"
        r"|dúzia|duplic|dobr|triplic",
        halves=r"mei[oa](?= (?:milh|dúzia))|(?<=e )mei[oa]|(?:a )?metade",
        parts={r"terços?": 3, r"quartos?": 4, r"quintos?": 5, r"décimos?": 10},
        articles=r"uma?",
        joins=r"e",
        either=r"ou|a",
        dozen=r"(?:uma )?dúzia",
        times={
            r"(?:duplic|dobr)(?:a|ou|aram|ado|ada|am)": "2",
            r"triplic(?:a|ou|aram|ado|ada|am)": "3",
        },
        vague={
            "dezenas": 10,
            "dúzias": 12,
            "centenas": 100,
            "milhares": 1000,
            "milhões": 10**6,
        },
    ),
    "nl": Numerals(
        function=frozenset(
            """de het een van en zijn op te met voor niet dat die naar heeft hebben werd
            twee drie vier vijf zes zeven negen tien""".split()  # noqa: SIM905
        ),
        cue=r"nul|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|der|veer|vijf"
        r"|twin|zest|hond|duiz|milj|half|ander|helft|kwart|dozijn|dubbel|verdubbel|verdrie",
        halves=r"(?:een )?half(?= (?:milj|dozijn))|de helft|helft",
        parts={r"derde": 3, r"kwart": 4, r"vijfde": 5, r"tiende": 10},
        articles=r"een|één",
        joins=r"en",
        either=r"of|tot",
        dozen=r"(?:een )?dozijn",
        times={
            r"tweemaal|verdubbel(?:d|de|den)": "2",
            r"driemaal|verdrievoudig(?:d|de|den)": "3",
            r"gehalveerd|halveerden?": "1/2",
        },
        vague={"tientallen": 10, "honderden": 100, "duizenden": 1000, "miljoenen": 10**6},
    ),
}

SINGLE_PARTS = {
    plural.removesuffix("s"): number
    for form, number in LANGUAGES["en"].parts.items()
    for plural in re.findall(r"\w+s", form)
}
"""English denominators that are ordinals, too: a share only where the words around say so."""

SINGLE_SHARE = (
    rf"(?:an?|one)[ -](?P<single>{'|'.join(SINGLE_PARTS)}){_SHARE}"
    r"|(?<= and )(?:a|one) (?P<mixed>third|quarter|fifth|eighth|tenth)\b"
    rf"|one-(?P<hyphened>{'|'.join(SINGLE_PARTS)})\b"
    r"|(?:(?<=by )|(?<=than )|(?<=about )|(?<=nearly )|(?<=almost ))"
    rf"(?:an?|one) (?P<compared>{'|'.join(SINGLE_PARTS)})(?!\s\w)"
)

HALF_MORE = {
    "de": {r"(?:anderthalb|eineinhalb)": "3/2", r"zweieinhalb": "5/2", r"dreieinhalb": "7/2"},
    "nl": {r"anderhalf|anderhalve": "3/2", r"tweeënhalf|tweeëneenhalf": "5/2"},
}
"""Mixed numbers that are one word."""

CUES = {code: tuple(known.cue.split("|")) for code, known in LANGUAGES.items()}
"""What begins any number word of a language."""

_TELL: dict[str, list[str]] = {}
for _code, _known in LANGUAGES.items():
    for _common in _known.function:
        _TELL.setdefault(_common, []).append(_code)

_WORD = re.compile(r"[^\W\d_]+")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, figures aside.

    >>> words_of("Gate 3 was closed.")
    ['gate', 'was', 'closed']
    """
    return _WORD.findall(text.lower())


def counts(words: list[str], code: str) -> bool:
    """Whether any word may begin a number in words of that language.

    >>> counts(["all", "eleven", "gates"], "en")
    True
    """
    cues = CUES[code]
    return any(word.startswith(cues) for word in words)


def language_of(words: list[str]) -> str:
    """The language that has most common words among these; English where none has more.

    Of two others that have as many, the one with a number word among them.

    >>> language_of(words_of("Die Brücke ist mit der Fähre und dem Zug zu erreichen"))
    'de'
    """
    scores: dict[str, int] = {}
    for word in words:
        for code in _TELL.get(word, ()):
            scores[code] = scores.get(code, 0) + 1
    best = max(scores.values(), default=0)
    first = [code for code, score in scores.items() if score == best]
    if not first or scores.get("en") == best:
        return "en"
    return first[0] if len(first) == 1 else next((c for c in first if counts(words, c)), "en")
