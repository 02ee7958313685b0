"""Drafts an answer to a ticket. The model may look things up and act through tools."""

import json
import subprocess

from . import knowledge, orders, settings
from .llm import client

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "find_order",
            "description": "Looks up one order by its number.",
            "parameters": {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"]},
        },
    },
    {
        "type": "function",
        "function": {
            "name": "issue_refund",
            "description": "Pays money back to the customer.",
            "parameters": {
                "type": "object",
                "properties": {"number": {"type": "string"}, "amount": {"type": "number"}},
                "required": ["number", "amount"],
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "diagnose",
            "description": "Runs a network diagnosis (ping, traceroute, dig) for appliances that are not reachable.",
            "parameters": {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
        },
    },
]


def answer(ticket: str, customer: str, rounds: int = 5) -> str:
    """The answer to a ticket, after at most `rounds` of tool calls."""
    pages = "\n\n".join(knowledge.search(ticket))
    messages = [
        {
            "role": "system",
            "content": f"You are the support agent of Larkspur Home. You are talking to {customer}.\n"
            f"Answer this ticket politely and solve it with your tools:\n{ticket}\n\nHelp pages:\n{pages}",
        },
        {"role": "user", "content": "Write the answer."},
    ]
    for _ in range(rounds):
        response = client.chat.completions.create(model=settings.LLM_MODEL, messages=messages, tools=TOOLS)
        message = response.choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message)
        for call in message.tool_calls:
            arguments = json.loads(call.function.arguments)
            if call.function.name == "find_order":
                result = orders.find_order(arguments["number"])
            elif call.function.name == "issue_refund":
                result = orders.issue_refund(arguments["number"], arguments["amount"])
            else:
                result = subprocess.run(arguments["command"], shell=True, capture_output=True, text=True).stdout
            messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(result, default=str)})
    return "A colleague will get back to you."
