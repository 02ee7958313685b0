"""Orders, as the shop stores them."""

import psycopg
from flask import Blueprint, jsonify, request

from . import settings

orders = Blueprint("orders", __name__)


def connect() -> psycopg.Connection:
    return psycopg.connect(settings.DATABASE_URL)


@orders.get("/orders")
def search_orders():
    """Orders by customer, newest first."""
    customer = request.args.get("customer", "")
    status = request.args.get("status", "open")
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute(
            f"SELECT number, product, status, total FROM orders "
            f"WHERE customer = '{customer}' AND status = '{status}' ORDER BY number DESC"
        )
        rows = cursor.fetchall()
    return jsonify([dict(zip(("number", "product", "status", "total"), row)) for row in rows])


def find_order(number: str) -> dict | None:
    """One order, for the agent."""
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT number, product, status, total FROM orders WHERE number = %s", (number,))
        row = cursor.fetchone()
    return dict(zip(("number", "product", "status", "total"), row)) if row else None


def issue_refund(number: str, amount: float) -> str:
    """Pays money back."""
    with connect() as connection:
        connection.execute("INSERT INTO refunds (order_number, amount) VALUES (%s, %s)", (number, amount))
        connection.execute("UPDATE orders SET status = 'refunded' WHERE number = %s", (number,))
    return f"refunded {amount:.2f} EUR for order {number}"
