"""OCR engines side by side: pages of reports as a scanner would give them, against their text.

    python benchmarks/recognition.py REPORT.pdf:PAGE…

rapidocr is no dependency: install it for the comparison (pip install rapidocr). The pages are
rendered at each resolution, turned by half a degree, blurred and made noisy.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter
from rapidocr import RapidOCR

from index.readers.pdf.ocr import recognised

RESOLUTIONS = (150, 200, 300)
_WORD = re.compile(r"\w(?:[\w.,%-]*\w)?")


def main() -> None:
    """Prints recall and precision of the words, and seconds a page."""
    rapid = RapidOCR()
    engines: dict[str, Callable[[Image.Image, int], str]] = {
        "tesseract": lambda picture, dpi: "".join(map(chr, recognised(picture, dpi, "eng").codes)),
        "rapidocr": lambda picture, _: " ".join(
            rapid(np.asarray(picture.convert("RGB"))).txts or []
        ),
    }
    for dpi in RESOLUTIONS:
        pages = [_scanned(*argument.rsplit(":", 1), dpi) for argument in sys.argv[1:]]
        for name, engine in engines.items():
            right = printed = found = 0
            started = time.perf_counter()
            for picture, text in pages:
                truth, read = (Counter(_WORD.findall(t)) for t in (text, engine(picture, dpi)))
                right += (truth & read).total()
                printed += truth.total()
                found += read.total()
            seconds = (time.perf_counter() - started) / len(pages)
            print(
                f"{dpi} dpi, {name}: recall {right / printed:.3f}, "
                f"precision {right / max(found, 1):.3f}, {seconds:.1f} s a page",
                flush=True,
            )


def _scanned(report: str, number: str, dpi: int) -> tuple[Image.Image, str]:
    with pdfium.PdfDocument(report) as file:
        page = file[int(number) - 1]
        text = page.get_textpage().get_text_range()
        picture = page.render(scale=dpi / 72, grayscale=True).to_pil()
    noise = np.random.default_rng(0).normal(0, 12, (picture.height, picture.width))
    noisy = np.asarray(picture.rotate(0.5, fillcolor=255)) + noise
    grey = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
    return grey.filter(ImageFilter.GaussianBlur(0.6)), text


if __name__ == "__main__":
    main()
