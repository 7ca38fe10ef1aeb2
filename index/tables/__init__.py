"""Tables of documents with typed columns: read from their text, kept as Parquet, asked in SQL."""
