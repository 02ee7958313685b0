"""Finds the help pages that a ticket is about."""

import torch
from qdrant_client import QdrantClient, models
from transformers import AutoModel, AutoTokenizer

from . import settings

EMBEDDER = "nomic-ai/nomic-embed-text-v1.5"

tokenizer = AutoTokenizer.from_pretrained(EMBEDDER)
model = AutoModel.from_pretrained(EMBEDDER, trust_remote_code=True)
store = QdrantClient(url=settings.QDRANT_URL)


def embed(text: str) -> list[float]:
    """The mean of the token vectors, of length 1."""
    tokens = tokenizer(text, return_tensors="pt", truncation=True)
    with torch.no_grad():
        vector = model(**tokens).last_hidden_state.mean(dim=1)[0]
    return (vector / vector.norm()).tolist()


def index() -> None:
    """Stores every help page. Run after each change: `python -c "from app import knowledge; knowledge.index()"`."""
    pages = [page.read_text() for page in sorted((settings.ROOT / "data" / "knowledge").glob("*.md"))]
    store.recreate_collection("help-pages", models.VectorParams(size=768, distance=models.Distance.COSINE))
    points = [models.PointStruct(id=n, vector=embed(page), payload={"text": page}) for n, page in enumerate(pages)]
    store.upsert("help-pages", points)


def search(question: str, limit: int = 3) -> list[str]:
    """The help pages nearest in meaning."""
    hits = store.query_points("help-pages", query=embed(question), limit=limit).points
    return [hit.payload["text"] for hit in hits]
