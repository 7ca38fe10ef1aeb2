"""Qdrant in this process: one client for each folder, as many of its collections as are named."""

from functools import cache

from llama_index.vector_stores.qdrant import QdrantVectorStore
from qdrant_client import QdrantClient


@cache
def client(folder: str) -> QdrantClient:
    return QdrantClient(path=folder)


def opened(collection_name: str, folder: str) -> QdrantVectorStore:
    return QdrantVectorStore(collection_name, client=client(folder))
