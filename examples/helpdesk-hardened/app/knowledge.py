"""Finds the help pages that a ticket is about.

The embedding model is pinned to a commit: a later push to its repository changes nothing here.
"""

from qdrant_client import QdrantClient, models
from sentence_transformers import SentenceTransformer

from . import settings

model = SentenceTransformer(
    "sentence-transformers/all-MiniLM-L6-v2",
    revision="2942902c261188167851d394b761a0ce4468502f",
    trust_remote_code=False,
    model_kwargs={"use_safetensors": True},
)
store = QdrantClient(url=settings.QDRANT_URL, api_key=settings.secret("qdrant_api_key"))


def index() -> None:
    """Stores every help page. Run after each change: `python -c "from app import knowledge; knowledge.index()"`."""
    pages = [page.read_text() for page in sorted((settings.ROOT / "data" / "knowledge").glob("*.md"))]
    store.recreate_collection("help-pages", models.VectorParams(size=384, distance=models.Distance.COSINE))
    vectors = model.encode(pages, normalize_embeddings=True).tolist()
    points = [
        models.PointStruct(id=number, vector=vector, payload={"text": page})
        for number, (page, vector) in enumerate(zip(pages, vectors))
    ]
    store.upsert("help-pages", points)


def search(question: str, limit: int = 3) -> list[str]:
    """The help pages nearest in meaning."""
    vector = model.encode(question, normalize_embeddings=True).tolist()
    hits = store.query_points("help-pages", query=vector, limit=limit).points
    return [hit.payload["text"] for hit in hits]
