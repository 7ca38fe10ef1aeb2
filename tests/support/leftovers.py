"""What other tests have left to the collector, which is no fault of the one that looks."""

import gc
import warnings


def collect() -> None:
    """Collect it, whatever it says; what is left after that is the test's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
