"""Questions about the documents themselves: which mention something, which is the newest, whose.

Such a question asks for documents, by one of the words that a language has for them, so they are
told by patterns, one set for each language of the interface.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

Wanted = Literal["mention", "newest", "oldest", "author", "tag", "date"]

_EN = (
    "(?:documents?|docs?|files?|texts?|papers?|reports?|articles?|contracts?|letters?"
    "|e-?mails?|mails?)"
)
_OF = r"(?: of (?:the|my|our|these))?"
_PATTERNS: dict[Wanted, tuple[str, ...]] = {
    "mention": (
        (
            rf"(?:which|what){_OF} {_EN}(?: (?:do|does|that|do we have that))?"
            r" (?:mentions?|discuss(?:es)?|talks? (?:about|of)|refers? to|names?|cites?"
            r"|deals? with|(?:is|are) about|covers?|speaks? (?:about|of)"
            r"|says? (?:anything|something) about) (?P<x>.+)"
        ),
        rf"(?:which|what) {_EN} (?:do|did) (?:we|i|you) have (?:about|on) (?P<x>.+)",
        rf"in (?:which|what) {_EN} (?:is|are|was|were) (?P<x>.+) (?:mentioned|discussed|named)",
        r"where is (?P<x>.+) mentioned",
        (
            r"(?:in )?welche[nrms]? (?:Dokumente?n?|Dateien?|Unterlagen|Texte?n?|Berichte?n?)"
            r" (?:erwähnen|erwähnt|nennen|nennt|behandeln|behandelt|sprechen von|spricht von"
            r"|handeln von|handelt von) (?P<x>.+)"
        ),
        (
            r"in welche[nrm] (?:Dokumente?n?|Dateien?|Unterlagen|Texte?n?|Berichte?n?)"
            r" (?:wird|werden|ist von) (?P<x>.+?)(?: (?:erwähnt|genannt|behandelt|die Rede))"
        ),
        (
            r"quels (?:documents|fichiers|textes|rapports) (?:mentionnent|parlent d[eu’']s?|citent"
            r"|évoquent|traitent d[eu’']s?) ?(?P<x>.+)"
        ),
        (
            r"(?:qué|cuáles) (?:documentos|archivos|textos|informes) (?:mencionan|hablan del?|citan"
            r"|tratan del?) (?P<x>.+)"
        ),
        (
            r"quali (?:documenti|file|testi|rapporti) (?:menzionano|parlano d[ei]l?l?[ao’']?|citano"
            r"|trattano d[ei]l?l?[ao’']?) ?(?P<x>.+)"
        ),
        (
            r"welke (?:documenten|bestanden|teksten|rapporten) (?:noemen|vermelden|gaan over"
            r"|bespreken) (?P<x>.+)"
        ),
        (
            r"(?:que|quais) (?:documentos|arquivos|ficheiros|textos|relatórios) (?:mencionam"
            r"|falam d[eoa]s?|citam|tratam d[eoa]s?) (?P<x>.+)"
        ),
        (
            r"które (?:dokumenty|pliki|teksty|raporty) (?:wspominają o|mówią o|dotyczą|wymieniają)"
            r" (?P<x>.+)"
        ),
        r"(?:哪些|什么|哪个|哪份)(?:文档|文件|资料|报告)(?:提到|提及|讨论|谈到|涉及)了?(?P<x>.+)",
        (
            r"(?:どの|どんな)(?:文書|資料|ファイル|書類|報告書)(?:が|に|で)(?P<x>.+?)"
            r"(?:に|が|を|について)?(?:言及|触れ|記載|書かれ|出て).*"
        ),
        (
            r"(?:ما|أي) (?:المستندات|الوثائق|الملفات|مستندات|وثائق|ملفات)(?: التي)?"
            r" (?:تذكر|تتحدث عن|تتناول) (?P<x>.+)"
        ),
    ),
    "newest": (
        rf"(?:what|which)(?: is|'s|’s)? the (?:newest|latest|most recent|last) {_EN}",
        r"(?:was|welches) ist das (?:neueste|jüngste|aktuellste|letzte) (?:Dokument|Schriftstück)",
        r"quel est le (?:document le plus récent|dernier document)",
        r"(?:cuál|qué) es el (?:documento más reciente|último documento)",
        r"qual è il (?:documento più recente|l['’]ultimo documento)",
        r"wat is het (?:nieuwste|recentste|laatste) document",
        r"qual é o (?:documento mais recente|último documento)",
        r"(?:jaki|który) jest najnowszy dokument|który dokument jest najnowszy",
        r"(?:最新|最近)的(?:文档|文件)(?:是什么|是哪个|是哪份)?|哪(?:个|份)(?:文档|文件)(?:是)?最新的?",
        r"(?:最新|一番新しい)の?(?:文書|資料|書類)は(?:何|どれ)(?:です)?か?",
        r"ما (?:هو )?أحدث (?:مستند|وثيقة|ملف)",
    ),
    "oldest": (
        rf"(?:what|which)(?: is|'s|’s)? the (?:oldest|earliest|first) {_EN}",
        r"(?:was|welches) ist das (?:älteste|erste|früheste) (?:Dokument|Schriftstück)",
        r"quel est le (?:document le plus ancien|premier document)",
        r"(?:cuál|qué) es el (?:documento más antiguo|primer documento)",
        r"qual è il (?:documento più vecchio|primo documento)",
        r"wat is het (?:oudste|eerste) document",
        r"qual é o (?:documento mais antigo|primeiro documento)",
        r"(?:jaki|który) jest najstarszy dokument|który dokument jest najstarszy",
        r"最早的(?:文档|文件)(?:是什么|是哪个|是哪份)?|哪(?:个|份)(?:文档|文件)(?:是)?最早的?",
        r"(?:最も古い|一番古い)(?:文書|資料|書類)は(?:何|どれ)(?:です)?か?",
        r"ما (?:هو )?أقدم (?:مستند|وثيقة|ملف)",
    ),
    "author": (
        rf"(?:which|what) {_EN} (?:are|were|is|was) (?:written |made )?by (?P<x>.+)",
        rf"(?:which|what) {_EN} did (?P<x>.+) write",
        (
            r"welche (?:Dokumente|Texte) (?:sind|stammen|wurden) von (?P<x>.+?)"
            r"(?: (?:geschrieben|verfasst))?"
        ),
        r"quels documents (?:sont|ont été écrits) (?:de|par) (?P<x>.+)",
        r"qué documentos (?:son|fueron escritos) (?:de|por) (?P<x>.+)",
    ),
    "tag": (
        (
            rf"(?:which|what) {_EN} (?:are tagged|have the tag|are labell?ed)"
            r"(?: with| as)? (?P<x>.+)"
        ),
        r"welche (?:Dokumente|Texte) (?:haben|tragen) das (?:Schlagwort|Tag) (?P<x>.+)",
        r"quels documents (?:ont|portent) (?:le mot-clé|l['’]étiquette) (?P<x>.+)",
        r"qué documentos (?:tienen|llevan) la etiqueta (?P<x>.+)",
    ),
    "date": (
        (
            rf"(?:which|what) {_EN} (?:are|were|is|was) (?:dated |written |published )?"
            r"(?:from|of|in) (?P<x>\d{4}(?:-\d\d){0,2})"
        ),
        r"welche (?:Dokumente|Texte) (?:sind|stammen) (?:aus|von) (?P<x>\d{4}(?:-\d\d){0,2})",
        r"quels documents (?:sont|datent) de (?P<x>\d{4}(?:-\d\d){0,2})",
        r"qué documentos son de (?P<x>\d{4}(?:-\d\d){0,2})",
    ),
}


@dataclass(frozen=True, slots=True)
class CollectionQuestion:
    """Which documents are wanted: those that mention a value, the newest, those of an author.

    >>> collection_question("Which documents mention the flood fund?")
    CollectionQuestion(wanted='mention', value='the flood fund')
    """

    wanted: Wanted
    value: str = ""


def collection_question(text: str) -> CollectionQuestion | None:
    """What a question asks about the documents themselves; None where it asks what they say.

    >>> collection_question("Welches ist das neueste Dokument?").wanted
    'newest'
    >>> collection_question("Which documents did the council approve?") is None
    True
    """
    said = text.strip().rstrip("?？؟!.。 ")
    for wanted, pattern in _compiled():
        match = pattern.fullmatch(said)
        if match:
            value = match.groupdict().get("x") or ""
            return CollectionQuestion(wanted, value.strip(" \"'“”„«»「」"))
    return None


@cache
def _compiled() -> tuple[tuple[Wanted, re.Pattern[str]], ...]:
    return tuple(
        (wanted, re.compile(one, re.IGNORECASE))
        for wanted, some in _PATTERNS.items()
        for one in some
    )
