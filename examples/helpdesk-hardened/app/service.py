"""The helpdesk service: takes tickets in, routes them and drafts answers.

Run with `gunicorn --bind 0.0.0.0:8080 app.service:app`, behind the shop's gateway.
"""

from flask import Flask, jsonify, request

from . import agent, classifier, llm, reports, settings
from .access import limiter, staff_only
from .orders import connect, orders

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
app.register_blueprint(orders)
limiter.init_app(app)

routing = settings.routing()


@app.errorhandler(llm.Refused)
def refused(error):
    """A model that does not keep to its form is an error of ours, and says nothing about the inside."""
    app.logger.warning("refused: %s", error)
    return jsonify(error="no answer"), 502


@app.post("/tickets")
@limiter.limit("5 per minute")
def create_ticket():
    """Stores and routes a ticket. The customer is told its number, not what the model thinks of it."""
    text = request.get_json()["text"]
    customer = request.headers["X-Customer"]  # set by the gateway, which signs customers in
    label, confidence = classifier.classify(text)
    team = routing["teams"][label] if confidence >= routing["minimum_confidence"] else "triage"
    with connect() as connection:
        row = connection.execute(
            "INSERT INTO tickets (customer, text, label, team) VALUES (%s, %s, %s, %s) RETURNING id",
            (customer, text, label, team),
        ).fetchone()
    return jsonify(id=row[0]), 201


@app.post("/tickets/<int:ticket_id>/draft")
@staff_only
def draft_answer(ticket_id: int):
    """Lets the agent draft an answer for a member of the support team."""
    with connect() as connection:
        row = connection.execute("SELECT text, customer FROM tickets WHERE id = %s", (ticket_id,)).fetchone()
    if row is None:
        return jsonify(error="no such ticket"), 404
    text, customer = row
    return jsonify(agent.draft(text, customer))


@app.post("/summaries")
@staff_only
def summary():
    """Sums up a long thread."""
    return jsonify(summary=llm.summarise(request.get_json()["thread"]))


@app.post("/translations")
@staff_only
def translation():
    """Puts an answer into the language of the customer."""
    body = request.get_json()
    if body["language"] == "de":
        return jsonify(text=llm.translate_to_german(body["text"]))
    if body["language"] == "fr":
        return jsonify(text=llm.translate_to_french(body["text"]))
    return jsonify(error="no such language"), 400


@app.post("/reports")
@staff_only
def report():
    """Answers a question of the support team."""
    return jsonify(rows=reports.ask(request.get_json()["question"]))
