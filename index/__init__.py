"""Files become searchable chunks: reading, chunking, embedding and the store."""
