"""Files are read in processes of their own, within limits that are kept from outside."""
