"""Parsers for office files, side by side on files that other programs' writers make.

    python benchmarks/office_parsers.py

The rivals are needed beside Footnote: pip install openpyxl python-calamine odfpy striprtf clevercsv
xlsxwriter (any that is absent is left out).
"""

import csv
import importlib
import io
import random
import time
from collections.abc import Callable
from types import ModuleType

from index.readers.csv import delimiter_of
from index.readers.reading import read_bytes

ROWS = 20_000


def main() -> None:
    """Print the comparison."""
    rows = figures()
    workbook = xlsx(rows)
    expected = ["1,234,567.89", "33.3%", "2023-03-02"]
    print(f"XLSX, {ROWS:,} rows of 5 cells; of 3 values how many read as the sheet shows them")
    for name, read in {
        "Footnote": lambda data: read_bytes(data, "a.xlsx").text,
        "openpyxl, read_only": openpyxl_text,
        "python-calamine": calamine_text,
    }.items():
        report(name, read, workbook, expected)
    sheet = ods(rows[:2000])
    print("ODS, 2,000 rows")
    for name, read in {
        "Footnote": lambda data: read_bytes(data, "a.ods").text,
        "odfpy": odfpy_text,
        "python-calamine": calamine_text,
    }.items():
        report(name, read, sheet, ["1,234,567.89", "2023-03-02"])
    rtf = rich_text()
    print("RTF, 5,000 paragraphs and 5,000 rows")
    for name, read in {
        "Footnote": lambda data: read_bytes(data, "a.rtf").text,
        "striprtf": striprtf_text,
    }.items():
        report(name, read, rtf, ["Café 7", "日本", "North | 7"])
    plain = io.StringIO()
    csv.writer(plain).writerows(
        [["Name", "Day", "Sum"], *([r[0], "2023-03-02", r[1]] for r in rows * 5)]
    )
    print(f"CSV, {5 * ROWS:,} rows")
    report("Footnote", lambda data: read_bytes(data, "a.csv").text, plain.getvalue().encode(), [])
    delimiters()


def report(name: str, read: Callable[[bytes], str], data: bytes, wanted: list[str]) -> None:
    """Time one parser and count the values that read as shown."""
    try:
        started = time.perf_counter()
        text = read(data)
    except ModuleNotFoundError:
        return
    taken = time.perf_counter() - started
    print(f"  {name}: {taken:.2f} s, {sum(w in text for w in wanted)} of {len(wanted)}")


def figures() -> list[tuple[str, float]]:
    """Names and sums."""
    chance = random.Random(3)
    return [(f"Region {n}", chance.uniform(0, 1e7)) for n in range(ROWS)]


def xlsx(rows: list[tuple[str, float]]) -> bytes:
    """A workbook with sums, shares and dates."""
    xlsxwriter = importlib.import_module("xlsxwriter")
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("Costs")
    money, share, day = (
        book.add_format({"num_format": code}) for code in ("#,##0.00", "0.0%", "dd.mm.yyyy")
    )
    sheet.write_row(0, 0, ["Region", "Sum", "Share", "Day", "Note"])
    for at, (region, amount) in enumerate([("North", 1234567.891), *rows], 1):
        sheet.write(at, 0, region)
        sheet.write(at, 1, amount, money)
        sheet.write(at, 2, 1 / 3, share)
        sheet.write(at, 3, 44987, day)
        sheet.write(at, 4, f"note {at}")
    book.close()
    return buffer.getvalue()


def openpyxl_text(data: bytes) -> str:
    """The cells by openpyxl."""
    book = importlib.import_module("openpyxl").load_workbook(
        io.BytesIO(data), read_only=True, data_only=True
    )
    return "\n".join(
        " | ".join("" if value is None else str(value) for value in row)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
    )


def calamine_text(data: bytes) -> str:
    """The cells by calamine."""
    module = importlib.import_module("python_calamine")
    book = module.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return "\n".join(
        " | ".join(map(str, row))
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
    )


def ods(rows: list[tuple[str, float]]) -> bytes:
    """The same as an OpenDocument spreadsheet."""
    opendocument = importlib.import_module("odf.opendocument")
    table, text = importlib.import_module("odf.table"), importlib.import_module("odf.text")
    document = opendocument.OpenDocumentSpreadsheet()
    sheet = table.Table(name="Costs")
    document.spreadsheet.addElement(sheet)
    for region, amount in [("North", 1234567.891), *rows]:
        line = table.TableRow()
        for shown, values in (
            (region, {}),
            (f"{amount:,.2f}", {"valuetype": "float", "value": str(amount)}),
            ("02.03.2023", {"valuetype": "date", "datevalue": "2023-03-02"}),
        ):
            cell = table.TableCell(**values)
            cell.addElement(text.P(text=shown))
            line.addElement(cell)
        sheet.addElement(line)
    buffer = io.BytesIO()
    document.write(buffer)
    return buffer.getvalue()


def odfpy_text(data: bytes) -> str:
    """The cells by odfpy."""
    odf: ModuleType = importlib.import_module("odf.opendocument")
    table, teletype = importlib.import_module("odf.table"), importlib.import_module("odf.teletype")
    return "\n".join(
        " | ".join(teletype.extractText(cell) for cell in line.childNodes)
        for line in odf.load(io.BytesIO(data)).spreadsheet.getElementsByType(table.TableRow)
    )


def rich_text() -> bytes:
    """Paragraphs and table rows as RTF."""
    prose = "".join(f"\\pard Caf\\'e9 {n} \\u26085?\\u26412?.\\par\n" for n in range(5000))
    table = "".join(
        f"\\trowd\\cellx1\\cellx2\\pard\\intbl North\\cell {n}\\cell\\row\n" for n in range(5000)
    )
    return ("{\\rtf1\\ansi\\ansicpg1252 " + prose + table + "}").encode()


def striprtf_text(data: bytes) -> str:
    """The text by striprtf."""
    text: str = importlib.import_module("striprtf.striprtf").rtf_to_text(data.decode("latin-1"))
    return text


def delimiters() -> None:
    """How often each tells the delimiter of 400 small files of prose, sums, dates and lists."""
    files = [sample(random.Random(seed)) for seed in range(400)]

    def sniffed(text: str) -> str | None:
        try:
            return csv.Sniffer().sniff(text, ",;\t|").delimiter
        except csv.Error:
            return None

    def clever(text: str) -> str | None:
        found = importlib.import_module("clevercsv").Sniffer().sniff(text)
        return None if found is None else str(found.delimiter)

    print("CSV, delimiter told in 400 small files")
    for name, tell in {
        "Footnote": delimiter_of,
        "csv.Sniffer": sniffed,
        "clevercsv": clever,
    }.items():
        try:
            started = time.perf_counter()
            right = sum(tell(text) == delimiter for text, delimiter in files)
        except ModuleNotFoundError:
            continue
        print(f"  {name}: {right} in {time.perf_counter() - started:.1f} s")


def sample(chance: random.Random) -> tuple[str, str]:
    """A small file and its delimiter."""
    delimiter = chance.choice(",;\t|")
    words = "harbour storm, quay; the pier of 3 May: 4,5 m | 7 boats and some more words".split()  # noqa: SIM905
    kinds = [
        lambda: " ".join(chance.choices(words, k=chance.randint(1, 12))),
        lambda: f"{chance.uniform(0, 1e6):,.2f}",
        lambda: f"{chance.uniform(0, 1e4):.2f}".replace(".", ","),
        lambda: f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/2023",
        lambda: f"{chance.randint(0, 23)}:{chance.randint(10, 59)}",
        lambda: chance.choice(["", "North", "South"]),
        lambda: str(chance.randint(0, 999)),
    ]
    columns = chance.choices(kinds, k=chance.randint(2, 8))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow([f"Column {n}" for n in range(len(columns))])
    for _ in range(chance.randint(2, 30)):
        record = [column() for column in columns]
        writer.writerow(
            record[: chance.randint(1, len(record))] if chance.random() < 0.05 else record
        )
    return buffer.getvalue(), delimiter


if __name__ == "__main__":
    main()
