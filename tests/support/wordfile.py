"""Word files made by hand, with notes, links and fields as word processors write them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_NOTES = {"footnotes": "footnote", "endnotes": "endnote"}


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def link(relation: str, text: str) -> str:
    return f'<w:hyperlink r:id="{relation}">{run(text)}</w:hyperlink>'


def field(address: str, text: str) -> str:
    """A link as a field, its code cut in two as Word likes to do."""
    code = f' HYPERLINK "{address}" '
    middle = len(code) // 2
    codes = "".join(
        f'<w:r><w:instrText xml:space="preserve">{part}</w:instrText></w:r>'
        for part in (code[:middle], code[middle:])
    )
    begin, separate, end = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    )
    return f"{begin}{codes}{separate}{run(text)}{end}"


def simple_field(address: str, text: str) -> str:
    code = quoteattr(f'HYPERLINK "{address}"')
    return f"<w:fldSimple w:instr={code}>{run(text)}</w:fldSimple>"


def reference(number: int, kind: str = "footnote") -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def deleted(content: str) -> str:
    gone = content.replace("w:t>", "w:delText>").replace("<w:t ", "<w:delText ")
    return f'<w:del w:id="99" w:author="a">{gone}</w:del>'


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def word_file(
    path: Path,
    body: Sequence[str],
    *,
    footnotes: Mapping[int, str] | None = None,
    endnotes: Mapping[int, str] | None = None,
    links: Mapping[str, str] | None = None,
) -> Path:
    """Write a file of these paragraphs and notes; `links` are relations of every part."""
    notes = {"footnotes": footnotes or {}, "endnotes": endnotes or {}}
    written = {kind: held for kind, held in notes.items() if held}
    external = "".join(
        f'<Relationship Id="{id_}" Type="{R}/hyperlink" Target={quoteattr(target)} '
        'TargetMode="External"/>'
        for id_, target in (links or {}).items()
    )
    inner = "".join(
        f'<Relationship Id="{kind}" Type="{R}/{kind}" Target="{kind}.xml"/>' for kind in written
    )
    types = "".join(
        f'<Override PartName="/word/{kind}.xml" ContentType="{_MAIN}.{kind}+xml"/>'
        for kind in written
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" '
            f'ContentType="{_MAIN}.document.main+xml"/>{types}</Types>',
        )
        root = f'<Relationship Id="r" Type="{R}/officeDocument" Target="word/document.xml"/>'
        archive.writestr("_rels/.rels", _relations(root))
        spaces = f'xmlns:w="{W}" xmlns:r="{R}"'
        archive.writestr(
            "word/document.xml",
            f"<w:document {spaces}><w:body>{''.join(body)}</w:body></w:document>",
        )
        archive.writestr("word/_rels/document.xml.rels", _relations(external + inner))
        for kind, held in written.items():
            tag = _NOTES[kind]
            content = "".join(
                f'<w:{tag} w:id="{number}">{note}</w:{tag}>' for number, note in held.items()
            )
            archive.writestr(f"word/{kind}.xml", f"<w:{kind} {spaces}>{content}</w:{kind}>")
            archive.writestr(f"word/_rels/{kind}.xml.rels", _relations(external))
    return path


def damaged(path: Path, part: str, content: bytes) -> bytes:
    """The file's bytes with other content in one of its parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(written, "w") as copy:
        for info in archive.infolist():
            copy.writestr(info.filename, content if info.filename == part else archive.read(info))
    return written.getvalue()


def _relations(content: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{content}</Relationships>"
    )
