"""What needs Ray, which is too large for the other tests' environment, runs only where it is."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("ray") else ["test_adding_on_a_cluster.py"]
