"""Orders, as the shop stores them. Values reach SQL as parameters only."""

import psycopg
from flask import Blueprint, jsonify, request

from . import settings
from .access import staff_only

orders = Blueprint("orders", __name__)


def connect() -> psycopg.Connection:
    """A connection of the role `helpdesk`, which may read orders and write tickets and proposals, nothing else."""
    return psycopg.connect(
        host="postgres", dbname="helpdesk", user="helpdesk", password=settings.secret("database_password")
    )


@orders.get("/orders")
@staff_only
def search_orders():
    """Orders by customer, newest first."""
    customer = request.args.get("customer", "")
    status = request.args.get("status", "open")
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT number, product, status, total FROM orders"
            " WHERE customer = %s AND status = %s ORDER BY number DESC LIMIT 100",
            (customer, status),
        )
        rows = cursor.fetchall()
    return jsonify([dict(zip(("number", "product", "status", "total"), row)) for row in rows])


def find_order(number: int, customer: str) -> dict | None:
    """One order of this customer, for the agent. Other customers' orders do not exist for it."""
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT number, product, status, total FROM orders WHERE number = %s AND customer = %s", (number, customer)
        )
        row = cursor.fetchone()
    return dict(zip(("number", "product", "status", "total"), row)) if row else None


def propose_refund(number: int, amount: float, customer: str) -> str:
    """Puts a refund on the list that a member of the support team approves or refuses. Pays nothing."""
    if not 0 < amount <= settings.REFUND_LIMIT or find_order(number, customer) is None:
        return "not possible: a colleague will look into it"
    with connect() as connection:
        connection.execute("INSERT INTO refund_proposals (order_number, amount) VALUES (%s, %s)", (number, amount))
    return "proposed; a colleague decides"
