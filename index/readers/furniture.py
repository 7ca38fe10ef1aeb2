"""What stands around the words of a web page: hidden text, navigation, banners; taken out and told.

All that a reader of the page sees stays, but for what its markup proves to be no part of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from index.document import LeftOut, normalised
from index.readers.blocks import BULLET
from index.readers.elements import HEADINGS, INLINE, blocks_of

_SILENT = "//script|//style|//template|//comment()|//processing-instruction()"
_INSTEAD = "//noscript|//iframe|//object|//canvas"
_HIDDEN = (
    "//audio|//video|//datalist|//dialog[not(@open)]|//*[@aria-hidden='true']"
    "|//*[@hidden and @hidden!='until-found']|//svg//title|//svg//desc|//svg//defs"
)
_CONTROLS = "//button|//select|//textarea|//*[contains(@class, 'mw-editsection')]"
_FIELDS = (
    "//input[@value and not(@type='hidden' or @type='password' or @type='checkbox' or"
    " @type='radio' or @type='range' or @type='color' or @type='file')]"
)
_UNFOLDS = "//*[@aria-expanded or (self::button and @aria-controls)]"
_BESIDE_PAGE = frozenset({"nav", "header", "footer", "dialog", "form"})
_NO_TEXT = frozenset(
    {"dialog", "alertdialog", "menu", "listbox", "navigation", "tooltip", "search"}
)
_FOLDED = frozenset({"menu", "submenu", "nav", "navbar", "dropdown", "modal", "popup", "cookie"})
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*(?:0*+\.0++|0++)\s*(?:;|!|$)"
    r"|font-size\s*:\s*0(?:\.0+)?\s*(?:[a-z%]+\s*)?(?:;|!|$)",
    re.IGNORECASE,
)
_STRUCK = re.compile(r"text-decoration[\w-]{0,20}\s{0,9}:[^;]{0,200}line-through", re.IGNORECASE)
_MARK = re.compile(r"\s*(?:\[[^\]]{1,20}\]|\(?\d{1,3}\)?|[a-z*†‡§¶]{1,2})\s*")
_RETURN = re.compile(r"\s*[↩↑^⏎][\ufe0e\ufe0f]?\s*")
_ROLES = {
    "navigation": "navigation",
    "banner": "header",
    "contentinfo": "footer",
    "complementary": "aside",
    "search": "search",
}
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_CONSENT = frozenset({"cookie", "cookies", "consent", "gdpr", "ccpa", "cmp"})
_CONSENT_PROGRAMS = frozenset(
    """
    onetrust didomi usercentrics cookiebot cookieyes cookieconsent cookiebanner cookiebar
    cookielaw cookienotice iubenda truste borlabs klaro
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
_BANNER = frozenset(
    """
    banner bar notice popup pop modal overlay dialog message wall
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
_PLACES = {"footer": "footer", "sidebar": "aside", "breadcrumb": "navigation"}
_LISTS = frozenset(
    """
    nav navbar navigation menu submenu breadcrumb breadcrumbs related share sharing social
    sidebar pagination pager tags footer recommended trending teaser teasers
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
_SECTIONS = frozenset({"article", "section", "main", "blockquote", "figure", "details", "td", "li"})
_PROSE = 10
_MOST_OF_IT = 0.8
_FEWEST_LINKS = 2


@dataclass(slots=True)
class _Measure:
    """How many words an element holds, in links, and in paragraphs that are no lists of links."""

    words: int = 0
    linked: int = 0
    links: int = 0
    prose: int = 0

    def add(self, other: "_Measure") -> None:
        self.words += other.words
        self.linked += other.linked
        self.links += other.links
        self.prose += other.prose

    @property
    def is_links(self) -> bool:
        """Whether nearly all words stand in links."""
        return self.links >= _FEWEST_LINKS and self.linked >= _MOST_OF_IT * self.words


def take_out_banners(tree: HtmlElement) -> list[LeftOut]:
    """The words of banners that ask to be allowed to keep cookies; `tree` has them no longer.

    >>> from lxml.html import document_fromstring
    >>> page = document_fromstring("<div class='cookie-bar'>May we?</div><p>The pier fell.</p>")
    >>> [(left.words, left.why) for left in take_out_banners(page)]
    [('May we?', 'cookie banner')]
    """
    named = tree.xpath("//body//*[@id or @class or @role]")
    return _taken(tree, [(e, "cookie banner") for e in named if _asks_consent(e, _names(e))])


def take_out_unseen(tree: HtmlElement) -> list[LeftOut]:
    """The words of a page that its reader does not see as its text; `tree` has them no longer.

    Hidden elements, words of buttons and choices, the marks of notes, and what is struck through.
    What a button unfolds, and tabs, are seen.

    >>> from lxml.html import document_fromstring
    >>> page = document_fromstring("<p>The pier <del>stands</del> fell.</p><p hidden>Draft</p>")
    >>> [(left.words, left.why) for left in take_out_unseen(page)]
    [('Draft', 'hidden'), ('stands', 'struck through')]
    """
    for element in tree.xpath(_SILENT):
        _drop(element)
    # What shows instead of a program holds the page itself where it was never closed.
    half = len(tree.text_content()) / 2
    instead = [e for e in tree.xpath(_INSTEAD) if len(e.text_content()) < half]
    unseen = [(element, "hidden") for element in (*instead, *tree.xpath(_HIDDEN))]
    unseen += [(e, "hidden") for e in tree.xpath("//*[@style]") if _UNSEEN.search(e.get("style"))]
    controls, panels = _unfolding(tree)
    unseen = [
        (element, why)
        for element, why in unseen
        if element not in panels and not _holds_formula(element)
    ]
    struck = [e for e in tree.xpath("//*[@style]") if _STRUCK.search(e.get("style"))]
    unseen += [(e, "struck through") for e in (*struck, *tree.xpath("//del|//s|//strike"))]
    unseen += [(e, "pronunciation") for e in tree.xpath("//rt|//rp|//rtc")]
    unseen += [
        (e, "control") for e in tree.xpath(_CONTROLS) if e not in controls and not _is_in_heading(e)
    ]
    for field in tree.xpath(_FIELDS):
        field.text = field.get("value")
        unseen.append((field, "control"))
    unseen += [(e, "note mark") for e in tree.iter("a", "sup") if _is_mark(e)]
    return _taken(tree, unseen)


def take_out_furniture(tree: HtmlElement) -> list[LeftOut]:
    """The words around a page's own, by what its markup says; `tree` has them no longer.

    Navigation, a site's header and footer, asides, search, consent banners and lists of links that
    stand outside the page's prose. Of a page that has nothing else, nothing is taken.

    >>> from lxml.html import document_fromstring
    >>> page = document_fromstring("<nav><a href='/'>Home</a></nav><p>The pier fell.</p>")
    >>> [(left.words, left.why) for left in take_out_furniture(page)]
    [('Home', 'navigation')]
    """
    body = tree.find("body")
    if body is None:
        return []
    measures: dict[HtmlElement, _Measure] = {}
    _measure(body, measures, linked=False)
    room = _Room(body, measures)
    found = list(room.furniture(body))
    if sum(measures[element].words for element, _ in found) >= measures[body].words:
        return []
    return _taken(tree, found)


class _Room:
    """A page's body and the element that holds its prose."""

    def __init__(self, body: HtmlElement, measures: dict[HtmlElement, _Measure]) -> None:
        self._measures = measures
        self._prose = self._holder(body)
        self._around = {self._prose, *self._prose.iterancestors()}

    def _holder(self, body: HtmlElement) -> HtmlElement:
        """The innermost element that holds most of the page's prose; the body if there is none."""
        holder = body
        least = _MOST_OF_IT * self._measures[body].prose
        while least:
            inner = (e for e in holder if e in self._measures and self._measures[e].prose >= least)
            found = next(inner, None)
            if found is None or found.tag in ("p", "table", "ul", "ol", "dl", "blockquote"):
                break
            holder = found
        return holder

    def furniture(self, parent: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
        """The outermost elements that are no part of the page's text, and what each is."""
        begun = False
        for element in parent:
            if element not in self._measures:
                continue
            why = None if element in self._around else self._why(element, begun=begun)
            if why is not None:
                yield element, why
                continue
            begun = begun or element.tag in HEADINGS or self._measures[element].prose > 0
            yield from self.furniture(element)

    def _why(self, element: HtmlElement, *, begun: bool) -> str | None:
        """What an element is that is no part of the text; None where nothing proves it."""
        names = _names(element)
        by_markup = self._by_markup(element)
        if by_markup is not None:
            return by_markup
        measure = self._measures[element]
        inside = self._prose in element.iterancestors()
        if not inside and not measure.prose and names & _PLACES.keys():
            return next(why for name, why in _PLACES.items() if name in names)
        if not measure.is_links:
            return None
        if element.getparent() is self._prose and self._measures[self._prose].prose:
            listed = not begun or bool(names & _LISTS)
        else:
            listed = (not inside and self._measures[self._prose].prose > 0) or bool(names & _LISTS)
        return "links" if listed else None

    def _by_markup(self, element: HtmlElement) -> str | None:
        role = element.get("role", "")
        tag = element.tag
        apart = not any(above.tag in _SECTIONS for above in element.iterancestors())
        if role.startswith("doc-") and role != "doc-toc":
            return None
        if tag == "nav" or role in _ROLES:
            return "navigation" if tag == "nav" else _ROLES[role]
        if tag == "form" and element.find(".//input[@type='search']") is not None:
            return "search"
        if tag == "header" and apart:
            return None if self._names_page(element) else "header"
        if tag == "footer":
            return "footer" if apart or self._measures[element].is_links else None
        if tag == "aside":
            return None if self._is_beside_prose(element) else "aside"
        return None

    def _names_page(self, header: HtmlElement) -> bool:
        """Whether a header is the text's own: with a heading that is no link, or with prose."""
        headings = [self._measures[heading] for heading in header.iter(*HEADINGS)]
        own = any(heading.words > heading.linked for heading in headings)
        return own or self._measures[header].prose > 0

    def _is_beside_prose(self, aside: HtmlElement) -> bool:
        """Whether an aside is a box in the text: among paragraphs, its words mostly no links."""
        measure = self._measures[aside]
        among = any(e.tag == "p" and self._measures[e].prose for e in aside.getparent())
        within = self._prose in aside.iterancestors()
        return within and among and 2 * measure.linked < measure.words


def _measure(element: HtmlElement, into: dict[HtmlElement, _Measure], *, linked: bool) -> _Measure:
    """The element's measure, and those of all elements inside it in `into`."""
    whole, own = _Measure(), _Measure()

    def count(text: str | None) -> None:
        words = len((text or "").split())
        own.words += words
        own.linked += words * linked

    count(element.text)
    for child in element:
        if isinstance(child.tag, str):
            is_link = child.tag == "a"
            inner = _measure(child, into, linked=linked or is_link)
            if is_link and not linked:
                inner.links += 1
            (own if child.tag in INLINE else whole).add(inner)
        count(child.tail)
    if element.tag not in INLINE and own.words - own.linked >= _PROSE:
        own.prose += own.words - own.linked
    whole.add(own)
    into[element] = whole
    return whole


def _names(element: HtmlElement) -> set[str]:
    """The words of an element's identifiers, which are a program's and no prose."""
    heads_itself = element.tag in HEADINGS or (
        element.tag in ("section", "div") and len(element) and element[0].tag in HEADINGS
    )
    # A section's id is often made of its heading's words.
    identifiers = [element.get("class", ""), "" if heads_itself else element.get("id", "")]
    return {token.lower() for token in _TOKEN.findall(" ".join(identifiers))}


def _asks_consent(element: HtmlElement, names: set[str]) -> bool:
    """Whether it is a banner that asks to be allowed to keep cookies."""
    if element.tag in ("article", "main", *HEADINGS) or element.find(".//h1") is not None:
        return False
    if names & _CONSENT_PROGRAMS:
        return True
    about = names & _CONSENT
    dialog = element.get("role") in ("dialog", "alertdialog") or element.get("aria-modal") == "true"
    return bool(about) and (dialog or len(about) > 1 or bool(names & _BANNER))


def _holds_formula(element: HtmlElement) -> bool:
    """Whether it holds a formula: pages hide the one that is text and show a picture of it."""
    return element.tag == "math" or element.find(".//math") is not None


def _unfolding(tree: HtmlElement) -> tuple[set[HtmlElement], set[HtmlElement]]:
    """The buttons that unfold words of the page, and what they unfold; no menus and dialogs."""
    panels = set(tree.xpath("//*[@role='tabpanel']"))
    controls = set()
    judged: dict[HtmlElement, bool] = {}
    named = {element.get("id"): element for element in tree.xpath("//*[@id]")}
    for control in tree.xpath(_UNFOLDS):
        if any(above.tag in _BESIDE_PAGE for above in control.iterancestors()):
            continue
        parent = control.getparent()
        around = [control.getnext(), None if parent is None else parent.getnext()]
        ids = control.get("aria-controls", "").split()
        found = [named[one] for one in ids if one in named] or [
            one for one in around if one is not None
        ][:1]
        judged.update((panel, _is_words(panel)) for panel in found if panel not in judged)
        opened = [panel for panel in found if judged[panel]]
        panels.update(opened)
        if opened and control.text_content().strip():
            controls.add(control)
    return controls, panels


def _is_words(panel: HtmlElement) -> bool:
    """Whether what unfolds is text, and no menu, dialog or list of links."""
    if panel.tag in ("dialog", "nav") or panel.get("role") in _NO_TEXT or _names(panel) & _FOLDED:
        return False
    words = len(panel.text_content().split())
    linked = sum(len(link.text_content().split()) for link in panel.iter("a"))
    return words > 2 * linked


def _is_in_heading(control: HtmlElement) -> bool:
    """Whether a button is the heading itself, which unfolds what stands below it."""
    return any(above.tag in (*HEADINGS, "dt", "summary") for above in control.iterancestors())


def _is_mark(element: HtmlElement) -> bool:
    """Whether an element is the mark of a note, or the way back from one."""
    kind = f"{element.get('role', '')} {element.get('epub:type', '')}"
    words = element.text_content()
    if "noteref" in kind or "backlink" in kind:
        return True
    if element.tag == "a":
        return _RETURN.fullmatch(words) is not None and element.get("href", "").startswith("#")
    linked = element.find(".//a") is not None or element.getparent().tag == "a"
    return _MARK.fullmatch(words) is not None and ("[" in words or linked)


def _taken(tree: HtmlElement, elements: Iterable[tuple[HtmlElement, str]]) -> list[LeftOut]:
    """Take elements out of a page; their words, each once."""
    left: dict[LeftOut, None] = {}
    for element, why in elements:
        if tree not in element.iterancestors():  # an element around it is out already
            continue
        texts = (block.text.replace(BULLET, "") for block in blocks_of(element))
        words = " ".join(" ".join(texts).split())
        left[LeftOut(normalised(words), why)] = None
        _drop(element)
    return [one for one in left if one.words]


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
