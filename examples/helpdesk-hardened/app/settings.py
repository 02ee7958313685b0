"""Settings of the helpdesk. Whatever is secret is read from a file that the platform mounts, never from here."""

import os
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
MODELS = Path(os.environ.get("MODELS", ROOT / "models"))
PROMPTS = ROOT / "prompts"
SECRETS = Path(os.environ.get("SECRETS", "/run/secrets"))

LLM_URL = os.environ.get("LLM_URL", "http://vllm:8000/v1")
LLM_MODEL = "mistralai/Mistral-7B-Instruct-v0.3"
SUMMARY_URL = os.environ.get("SUMMARY_URL", "http://ollama:11434/v1")
SUMMARY_MODEL = "llama3.1:8b"
QDRANT_URL = os.environ.get("QDRANT_URL", "http://qdrant:6333")

# Refunds up to this many euros may be proposed by the agent; larger ones are a matter of the support team alone.
REFUND_LIMIT = 50.0


def secret(name: str) -> str:
    """A secret, from the file of this name."""
    return (SECRETS / name).read_text().strip()


def routing(path: Path = ROOT / "config" / "routing.yaml") -> dict:
    """Reads which team answers which class of tickets."""
    with open(path) as file:
        return yaml.safe_load(file)
