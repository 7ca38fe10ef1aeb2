"""Printed pages: pictures, and where words stand on them."""
