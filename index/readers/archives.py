"""ZIP and tar archives where their own modules are too kind: names, and ends that are missing."""

import tarfile
import zipfile

_SAYS_UTF_8 = 0x800


def zip_name(info: zipfile.ZipInfo) -> str:
    """The name of a member of a ZIP archive; many programs write UTF-8 and do not say so.

    >>> zip_name(zipfile.ZipInfo("bücher.txt".encode().decode("cp437")))
    'bücher.txt'
    """
    if info.flag_bits & _SAYS_UTF_8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def tar_data(archive: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    """What a member of a tar archive holds.

    Raises:
        EOFError: the archive is cut off within it.

    >>> from pathlib import Path
    >>> _ = Path("a.txt").write_text("The pier fell.")
    >>> with tarfile.open("a.tar", "w") as archive:
    ...     archive.add("a.txt")
    >>> with tarfile.open("a.tar") as archive:
    ...     tar_data(archive, archive.getmember("a.txt"))
    b'The pier fell.'
    """
    opened = archive.extractfile(info)
    data = opened.read() if opened is not None else b""
    if len(data) != info.size:
        raise EOFError
    return data


def check_tar_end(archive: tarfile.TarFile) -> None:
    """Let an archive pass whose members were read to its end: there it has a block of nothing.

    Raises:
        tarfile.ReadError: it is cut off, or damaged where the next member begins.

    >>> tarfile.open("a.tar", "w").close()
    >>> with tarfile.open("a.tar") as archive:
    ...     _ = archive.getmembers()
    ...     check_tar_end(archive)
    """
    if archive.fileobj is None:
        raise tarfile.ReadError
    archive.fileobj.seek(archive.offset)
    block = archive.fileobj.read(tarfile.BLOCKSIZE)
    if not block or block.strip(b"\0"):
        raise tarfile.ReadError
