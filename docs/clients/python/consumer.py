# SPDX-License-Identifier: Apache-2.0
"""Keeps what became of every transaction in a table, safely against duplicates, restarts and lost connections.

    python3 consumer.py --database sales.db

Needs pika. An event is acknowledged only after the commit of what was made of it. One that comes again changes nothing,
and one that is older than what is known changes nothing, unless it is final.

The rule: first the type of the command, then `final`, then `status`. Goods are handed over for an approved sale, once, and
not again when money of it is given back.
"""

import argparse
import hashlib
import json
import os
import sqlite3
import sys
import time

import pika

QUEUE = "shop.sales"
BINDINGS = ["*.*.#"]
PREFETCH = 50
RECONNECT_SECONDS = 1
STRUCTURED = "application/cloudevents+json"

TABLES = """
CREATE TABLE IF NOT EXISTS seen (event_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS sale (
    transaction_id TEXT PRIMARY KEY, command_id TEXT NOT NULL, type TEXT NOT NULL,
    sequence INTEGER NOT NULL, status TEXT NOT NULL, is_final INTEGER NOT NULL, for_person INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS goods (
    transaction_id TEXT PRIMARY KEY, account TEXT NOT NULL, command_id TEXT NOT NULL, UNIQUE (account, command_id)
);
CREATE TABLE IF NOT EXISTS todo (event_id TEXT PRIMARY KEY, what TEXT NOT NULL);
"""


def open_database(path):
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.executescript(TABLES)
    return database


def take(database, event):
    """One commit for an event: that it was seen, and what it means."""
    database.execute("BEGIN IMMEDIATE")
    try:
        fresh = database.execute("INSERT OR IGNORE INTO seen VALUES (?)", [event["id"]]).rowcount == 1
        if fresh:
            act(database, event)
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
    return fresh


# The members that this program uses, with their types.
EVENT = {"id": str, "type": str, "data": dict}
OF_TRANSACTION = {
    "transactionId": str, "commandId": str, "type": str, "account": str, "sequence": int, "status": str, "final": bool,
}
MONEY = {"value": int, "tip": int, "cashback": int}
LARGEST_INTEGER = 2**63 - 1


def read(body):
    """An event; ValueError for one that cannot be read, which will not change when it comes again."""
    try:
        event = check(json.loads(body), EVENT)
    except RecursionError as error:
        raise ValueError(error) from error
    data = event["data"]
    if "transactionId" in data:
        check(data, OF_TRANSACTION)
        for holder in (data, check(data.get("result", {}), {})):
            if "amount" in holder:
                check({"tip": 0, "cashback": 0} | check(holder["amount"], {}), MONEY)
    return event


def check(value, members):
    """The object, if it is one and has these members."""
    if not isinstance(value, dict):
        raise ValueError("this is no object")
    for name, kind in members.items():
        if not isinstance(value.get(name), kind) or kind is int and abs(value[name]) > LARGEST_INTEGER:
            raise ValueError(f"{name} is missing, or is no {kind.__name__}")
    return value


def keep_unreadable(database, body):
    """Gives the bytes to a person, once, and in a commit of its own like every event."""
    name = "unreadable-" + hashlib.sha256(body).hexdigest()
    database.execute("INSERT OR IGNORE INTO todo VALUES (?, ?)", [name, body])
    return name


def act(database, event):
    data = event["data"]
    if "transactionId" not in data:
        # Refused commands and callbacks without a transaction.
        return todo(database, event)
    row = [data["transactionId"], data["commandId"], data["type"], data["sequence"], data["status"], data["final"]]
    known = database.execute("SELECT status, is_final FROM sale WHERE transaction_id = ?", row[:1]).fetchone()
    if known and known[1] and data["final"] and known[0] != data["status"]:
        # Two ends of one transaction, as after a restored backup: a person decides which one is right.
        todo(database, event)
    is_newer = database.execute(
        """INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET sequence = excluded.sequence,
           status = excluded.status, is_final = excluded.is_final
           WHERE excluded.is_final > sale.is_final
              OR excluded.is_final = sale.is_final AND excluded.sequence > sale.sequence""",
        row,
    ).rowcount
    if "contradiction" in data or "openContradictions" in data:
        # Evidence against a final status: nothing is undone by a program.
        return todo(database, event)
    if "amendments" in data:
        # Money of a sale was given back: its status is as it was, and so is what was made of it.
        return None
    # A final status counts whatever its sequence: it may come late, and a restored store begins its numbers again.
    if is_newer or data["final"]:
        decide(database, event)
    return None


# A sale brings goods to the customer. A void or a refund brings money back.
SALES = ("charge", "promo")
RETURNS = ("void", "refund")


def decide(database, event):
    """First the type, then whether it is final, then its status; whatever is unknown is looked at by a person."""
    data = event["data"]
    if not data["final"]:
        if data["status"] == "in_doubt":
            # Money may have moved. Never charge again: the event that ends the doubt comes, or a person decides.
            database.execute("UPDATE sale SET for_person = 1 WHERE transaction_id = ?", [data["transactionId"]])
        return None
    database.execute("UPDATE sale SET for_person = 0 WHERE transaction_id = ?", [data["transactionId"]])
    if data["status"] not in ("approved", "declined", "not_completed", "failed", "completed"):
        todo(database, event)
    if data["type"] in SALES and data["status"] == "approved":
        if not is_paid_in_full(data):
            return todo(database, event)
        # In the same commit, as a row that another part of the shop works off; the keys see to it that it is one, for the
        # transaction and for the command: after a restored backup a command may have a second transaction.
        goods = [data["transactionId"], data["account"], data["commandId"]]
        if database.execute("INSERT OR IGNORE INTO goods VALUES (?, ?, ?)", goods).rowcount == 0:
            if not database.execute("SELECT 1 FROM goods WHERE transaction_id = ?", goods[:1]).fetchone():
                todo(database, event)
    elif data["status"] == "approved" and data["type"] not in RETURNS:
        # Money moved for a command that this program does not know: it may be a sale.
        todo(database, event)
    # Here the shop offers another attempt after a sale that is declined, not_completed or failed, and books what a void or
    # a refund brought back.
    return None


def is_paid_in_full(data):
    """Whether what was paid, without what was added at the terminal, is what was asked for: a person may have ended a doubt
    with the amount of another receipt."""
    paid = data.get("result", {}).get("amount")
    if paid is None or "amount" not in data:
        return True
    return paid["value"] - paid.get("tip", 0) - paid.get("cashback", 0) >= data["amount"]["value"]


def todo(database, event):
    database.execute("INSERT OR IGNORE INTO todo VALUES (?, ?)", [event["id"], json.dumps(event)])


def consume(given, database):
    connection = pika.BlockingConnection(pika.URLParameters(given.url))
    channel = connection.channel()
    channel.queue_declare(given.queue, durable=True, arguments={"x-queue-type": "quorum"})
    for key in BINDINGS:
        channel.queue_bind(given.queue, "getnet.events", key)
    channel.basic_qos(prefetch_count=PREFETCH)
    finals = 0
    for method, properties, body in channel.consume(given.queue, inactivity_timeout=0.2):
        if method is not None:
            if properties.content_type != STRUCTURED:
                sys.exit(f"{properties.content_type}: this program reads {STRUCTURED} (events.mode: structured)")
            try:
                event = read(body)
            except ValueError as error:
                # To hand it back would stop everything behind it. Whatever else goes wrong is no reason to acknowledge.
                print(keep_unreadable(database, body), error, flush=True)
                channel.basic_ack(method.delivery_tag)
                continue
            fresh = take(database, event)
            data = event["data"]
            if given.crash_after and given.crash_after == data.get("status"):
                # For the tests: dies after the commit, before the broker knows.
                os._exit(99)
            channel.basic_ack(method.delivery_tag)
            print(event["type"], data.get("commandId", "-"), "taken" if fresh else "known", flush=True)
            finals += data.get("final") is True
        if given.finals and finals >= given.finals:
            connection.close()
            handed_over = database.execute("SELECT count(*) FROM goods").fetchone()[0]
            people = database.execute("SELECT count(*) FROM todo").fetchone()[0]
            print(f"goods handed over: {handed_over}, for a person: {people}", flush=True)
            return
    # The broker ended the subscription, because the queue was deleted for instance. What was published meanwhile is gone.
    connection.close()
    sys.exit(f"the queue {given.queue} is gone")


def main():
    parser = argparse.ArgumentParser(description="Keeps what became of every transaction.")
    parser.add_argument("--url", default=os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/%2F"))
    parser.add_argument("--database", required=True)
    parser.add_argument("--queue", default=QUEUE)
    parser.add_argument("--finals", type=int, default=0, help="end after so many final events; 0: never")
    parser.add_argument("--crash-after", help=argparse.SUPPRESS)
    given = parser.parse_args()
    database = open_database(given.database)
    while True:
        try:
            return consume(given, database)
        except pika.exceptions.AMQPError as error:
            # Whatever was not acknowledged comes again.
            print(f"connection lost: {error!r}", file=sys.stderr)
            time.sleep(RECONNECT_SECONDS)


if __name__ == "__main__":
    main()
