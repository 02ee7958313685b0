"""The language models: vLLM drafts answers, Ollama sums up. Both speak the API of OpenAI."""

from openai import OpenAI

from . import settings

client = OpenAI(base_url=settings.LLM_URL, api_key="unused")
summary_client = OpenAI(base_url=settings.SUMMARY_URL, api_key="unused")


def summarise(thread: str) -> str:
    """A long conversation in three sentences, for the person who takes over."""
    instructions = (settings.PROMPTS / "summarise.txt").read_text()
    response = summary_client.chat.completions.create(
        model=settings.SUMMARY_MODEL,
        messages=[{"role": "system", "content": instructions}, {"role": "user", "content": thread}],
        temperature=0,
        max_tokens=200,
    )
    return response.choices[0].message.content
