"""The helpdesk service: takes tickets in, routes them and answers them.

Run with `gunicorn --bind 0.0.0.0:8080 app.service:app`.
"""

from flask import Flask, jsonify, request

from . import agent, llm, reports, settings
from .classifier import Classifier, LegacyClassifier, best
from .orders import connect, orders

app = Flask(__name__)
app.register_blueprint(orders)

routing = settings.routing()
classifier = Classifier()
legacy = LegacyClassifier()


@app.post("/tickets")
def create_ticket():
    """Stores and routes a ticket."""
    ticket = request.get_json()
    model = legacy if ticket.get("client") == "mobile" else classifier
    probabilities = model.classify(ticket["text"])
    label, confidence = best(probabilities)
    team = routing["teams"][label] if confidence >= routing["minimum_confidence"] else "triage"
    with connect() as connection:
        row = connection.execute(
            "INSERT INTO tickets (customer, text, label, team) VALUES (%s, %s, %s, %s) RETURNING id",
            (ticket["customer"], ticket["text"], label, team),
        ).fetchone()
    return jsonify(id=row[0], team=team, probabilities=probabilities), 201


@app.post("/tickets/<int:ticket_id>/answer")
def answer_ticket(ticket_id: int):
    """Lets the agent answer a ticket."""
    with connect() as connection:
        row = connection.execute("SELECT text, customer FROM tickets WHERE id = %s", (ticket_id,)).fetchone()
    if row is None:
        return jsonify(error="no such ticket"), 404
    text, customer = row
    return jsonify(answer=agent.answer(text, customer))


@app.post("/summaries")
def summary():
    """Sums up a long thread."""
    return jsonify(summary=llm.summarise(request.get_json()["thread"]))


@app.post("/translations")
def translation():
    """Puts an answer into the language of the customer."""
    body = request.get_json()
    response = llm.client.chat.completions.create(
        model=settings.LLM_MODEL,
        messages=[
            {"role": "system", "content": f"Translate what follows into {body['language']}. Keep it polite."},
            {"role": "user", "content": body["text"]},
        ],
    )
    return jsonify(text=response.choices[0].message.content)


@app.post("/reports")
def report():
    """Answers a question of the support team."""
    return jsonify(rows=reports.ask(request.get_json()["question"]))


@app.post("/calculations")
def calculation():
    """Works out a sum for the support team."""
    return jsonify(result=reports.calculate(request.get_json()["task"]))
