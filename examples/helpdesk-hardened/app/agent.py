"""Drafts an answer to a ticket. A member of the support team reads it, changes it, and sends it."""

from . import knowledge, settings, tools
from .llm import client, fenced, structured

DRAFT = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 3000}, "needs_person": {"type": "boolean"}},
    "required": ["answer", "needs_person"],
    "additionalProperties": False,
}

INSTRUCTIONS = (settings.PROMPTS / "system.txt").read_text()


def draft(ticket: str, customer: str, rounds: int = 4) -> dict:
    """A draft, after at most `rounds` of tool calls.

    The instructions are a constant. The ticket and the help pages come from others, so that they are the user's, and
    fenced.
    """
    pages = "\n\n".join(knowledge.search(ticket))
    messages = [
        {"role": "system", "content": INSTRUCTIONS},
        {"role": "user", "content": fenced("help pages", pages) + "\n\n" + fenced("ticket", ticket)},
    ]
    for _ in range(rounds):
        response = client.chat.completions.create(
            model=settings.LLM_MODEL,
            messages=messages,
            tools=tools.DECLARATIONS,
            max_tokens=800,
            response_format={"type": "json_schema", "json_schema": {"name": "draft", "schema": DRAFT}},
        )
        message = response.choices[0].message
        if not message.tool_calls:
            return structured(message.content, DRAFT)
        messages.append(message)
        for call in message.tool_calls:
            result = tools.call(call.function.name, call.function.arguments, customer)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": fenced("result", result)})
    return {"answer": "", "needs_person": True}
