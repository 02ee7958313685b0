"""The tools of the agent: what it may call, with which arguments, and who has to agree."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from . import knowledge, orders
from .llm import structured


@dataclass(frozen=True)
class Tool:
    """A tool, the form of its arguments, and what it does. None of them changes anything without a person."""

    description: str
    arguments: dict
    run: Callable[[dict, str], object]


def form(**properties: dict) -> dict:
    """A JSON schema that has exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


NUMBER = {"type": "integer", "minimum": 1, "maximum": 999_999}
AMOUNT = {"type": "number", "exclusiveMinimum": 0}
QUESTION = {"type": "string", "maxLength": 300}

TOOLS = {
    "find_order": Tool(
        "Looks up one order of the customer by its number.",
        form(number=NUMBER),
        lambda arguments, customer: orders.find_order(arguments["number"], customer),
    ),
    "search_help": Tool(
        "Finds help pages.",
        form(question=QUESTION),
        lambda arguments, customer: knowledge.search(arguments["question"]),
    ),
    "propose_refund": Tool(
        "Proposes a refund to the support team, who decide.",
        form(number=NUMBER, amount=AMOUNT),
        lambda arguments, customer: orders.propose_refund(arguments["number"], arguments["amount"], customer),
    ),
}

DECLARATIONS = [
    {
        "type": "function",
        "function": {"name": name, "description": tool.description, "parameters": tool.arguments, "strict": True},
    }
    for name, tool in TOOLS.items()
]


def call(name: str, arguments: str, customer: str) -> str:
    """Runs a tool for the customer of the ticket. The customer comes from the gateway, never from the model."""
    tool = TOOLS.get(name)
    if tool is None:
        return "there is no such tool"
    checked = structured(arguments, tool.arguments)
    return json.dumps(tool.run(checked, customer), default=str)
