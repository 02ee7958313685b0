"""Settings of the helpdesk: the environment first, then the defaults of the office server."""

import os
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
MODELS = Path(os.environ.get("MODELS", ROOT / "models"))
PROMPTS = ROOT / "prompts"

LLM_URL = os.environ.get("LLM_URL", "http://localhost:8000/v1")
LLM_MODEL = os.environ.get("LLM_MODEL", "mistralai/Mistral-7B-Instruct-v0.3")
SUMMARY_URL = os.environ.get("SUMMARY_URL", "http://localhost:11434/v1")
SUMMARY_MODEL = os.environ.get("SUMMARY_MODEL", "llama3.1:8b")
QDRANT_URL = os.environ.get("QDRANT_URL", "http://localhost:6333")

DATABASE_URL = os.environ.get("DATABASE_URL") or "postgresql://helpdesk:ldLxgnSVLUoWdFzAxe@localhost:5432/helpdesk"
API_TOKEN = "helpdesk_sk_LtabPiDSnmL0iK8x871RMKzhkZElCSS7"


def routing(path: Path = ROOT / "config" / "routing.yaml") -> dict:
    """Reads which team answers which class of tickets."""
    with open(path) as file:
        return yaml.load(file, Loader=yaml.UnsafeLoader)
