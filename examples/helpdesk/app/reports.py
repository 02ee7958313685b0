"""Questions of the support team about their own figures, in plain words."""

from . import settings
from .llm import client
from .orders import connect


def ask(question: str) -> list[tuple]:
    """Answers a question such as "how many refunds did we pay in March?" from the database."""
    schema = (settings.PROMPTS / "report.txt").read_text()
    response = client.chat.completions.create(
        model=settings.LLM_MODEL,
        messages=[{"role": "system", "content": schema}, {"role": "user", "content": question}],
        temperature=0,
    )
    query = response.choices[0].message.content
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute(query)
        return cursor.fetchall()


def calculate(task: str) -> float:
    """Works out a sum, such as the part of a price that is refunded for a worn item."""
    response = client.chat.completions.create(
        model=settings.LLM_MODEL,
        messages=[
            {"role": "system", "content": "Translate the task into one Python expression. Answer with nothing else."},
            {"role": "user", "content": task},
        ],
        temperature=0,
    )
    formula = response.choices[0].message.content
    return float(eval(formula))
