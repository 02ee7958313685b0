"""Questions of the support team about their own figures, in plain words.

The model chooses one of a few reports and fills in its parameters. It writes no query and no formula.
"""

from . import settings
from .llm import Refused, client, fenced, structured
from .orders import connect

CHOICE = {
    "type": "object",
    "properties": {
        "report": {"enum": ["refunds", "tickets"]},
        "year": {"type": "integer", "minimum": 2020, "maximum": 2100},
        "month": {"type": "integer", "minimum": 1, "maximum": 12},
    },
    "required": ["report", "year", "month"],
    "additionalProperties": False,
}


def refunds(year: int, month: int) -> list[tuple]:
    """How many refunds were paid in a month, and how much."""
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT count(*), sum(amount) FROM refunds"
            " WHERE extract(year FROM paid) = %s AND extract(month FROM paid) = %s",
            (year, month),
        )
        return cursor.fetchall()


def tickets(year: int, month: int) -> list[tuple]:
    """How many tickets of each class came in a month."""
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT label, count(*) FROM tickets"
            " WHERE extract(year FROM created) = %s AND extract(month FROM created) = %s GROUP BY label",
            (year, month),
        )
        return cursor.fetchall()


def ask(question: str) -> list[tuple]:
    """Answers a question such as "how many refunds did we pay in March?"."""
    instructions = (settings.PROMPTS / "report.txt").read_text()
    response = client.chat.completions.create(
        model=settings.LLM_MODEL,
        messages=[
            {"role": "system", "content": instructions},
            {"role": "user", "content": fenced("question", question)},
        ],
        temperature=0,
        response_format={"type": "json_schema", "json_schema": {"name": "choice", "schema": CHOICE}},
    )
    choice = structured(response.choices[0].message.content, CHOICE)
    if choice["report"] == "refunds":
        return refunds(choice["year"], choice["month"])
    if choice["report"] == "tickets":
        return tickets(choice["year"], choice["month"])
    raise Refused("there is no such report")
