# SPDX-License-Identifier: Apache-2.0
"""Charges a card on a terminal and waits for the end. Needs pika.

    python3 charge.py --terminal 80005000/12983/SNPRUEBA1234 --amount 15990 --reference A0001234

Ends with 0 approved, 10 declined, 11 not completed, 12 failed (certainly not started), 13 in doubt (do NOT repeat with
another id), 14 rejected, 15 no end is known (repeat with the same --command-id and --sent-at, never with another id), 69 nothing
was sent.
"""

import argparse
import datetime
import json
import os
import sys
import time
import uuid

import pika

# "completed" is the end of commands that move no money.
EXIT = {"approved": 0, "completed": 0, "declined": 10, "not_completed": 11, "failed": 12, "in_doubt": 13}
REJECTED, NO_END, NOTHING_SENT = 14, 15, 69


def arguments():
    parser = argparse.ArgumentParser(description="Charges a card on a terminal.")
    parser.add_argument("--url", default=os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/%2F"))
    parser.add_argument("--terminal", required=True, help="idTerminal/idSucursal/serialNumber")
    parser.add_argument("--amount", required=True, type=int, help="minor units: pesos in Chile, centavos in Argentina")
    parser.add_argument("--currency", default="CLP")
    parser.add_argument("--reference", required=True, help="your number of this attempt, on the receipt too")
    parser.add_argument("--account", default="main")
    add_repetition(parser)
    parser.add_argument("--wait", type=float, default=360, help="seconds; a terminal may take 315 of them")
    return parser.parse_args()


def add_repetition(parser):
    """What a repetition has from the first try: then it is the same command, and as old as it is."""
    parser.add_argument("--command-id", default=str(uuid.uuid4()))
    now = datetime.datetime.now(datetime.timezone.utc)
    parser.add_argument("--sent-at", type=past_instant, default=now, help="when it was sent first, with its zone: 2026-11-30T10:12:31Z")


def past_instant(text):
    """An instant; ValueError where its zone is missing, or it is in the future: a command must not look younger than it is."""
    instant = datetime.datetime.fromisoformat(text)
    if instant.tzinfo is None or instant > datetime.datetime.now(datetime.timezone.utc):
        raise ValueError(text)
    return instant


def command(given):
    terminal, branch, serial = given.terminal.split("/")
    return {
        "commandId": given.command_id,
        "type": "charge",
        "account": given.account,
        "terminal": {"idTerminal": terminal, "idSucursal": branch, "serialNumber": serial},
        "amount": {"value": given.amount, "currency": given.currency},
        "reference": given.reference,
    }


def publish(channel, command, sent_at, reply_to):
    """Returns only when the broker has the command safe; what was not confirmed is sent again by starting again."""
    channel.basic_publish(
        exchange="getnet.commands",
        routing_key=f"{command['type']}.{command['account']}",
        body=json.dumps(command),
        properties=pika.BasicProperties(
            content_type="application/json",
            delivery_mode=pika.DeliveryMode.Persistent,
            timestamp=int(sent_at.timestamp()),
            reply_to=reply_to,
            correlation_id=command["commandId"],
        ),
        mandatory=True,
    )


def follow(channel, queue, command, wait):
    """The exit status by the latest event of the command; the copies to reply_to come in order."""
    status, deadline = NO_END, time.monotonic() + wait
    for method, properties, body in channel.consume(queue, auto_ack=True, inactivity_timeout=0.5):
        if method is not None and properties.correlation_id == command["commandId"]:
            data = json.loads(body)["data"]
            if "faults" in data:
                print("rejected:", json.dumps(data["faults"]))
                return REJECTED
            print(data["status"], json.dumps(data.get("reason") or data.get("result") or {}), flush=True)
            if data["final"]:
                if "contradiction" in data or "openContradictions" in data:
                    print("CONTRADICTED: do NOT charge again, a person must look")
                    return EXIT["in_doubt"]
                return EXIT.get(data["status"], NO_END)
            status = EXIT["in_doubt"] if data["status"] == "in_doubt" else NO_END
        if time.monotonic() > deadline:
            return status
    # The broker ended the subscription: no end is known.
    return status


def send(command, given):
    """Sends a command and follows it; the exit status."""
    # Before anything is sent: a repetition needs both.
    print("commandId", command["commandId"], "sentAt", given.sent_at.isoformat(timespec="seconds"), flush=True)
    try:
        connection = pika.BlockingConnection(pika.URLParameters(given.url))
        channel = connection.channel()
        channel.confirm_delivery()
        queue = channel.queue_declare("", exclusive=True, auto_delete=True).method.queue
    except (pika.exceptions.AMQPError, OSError) as error:
        print(f"nothing was sent: {error!r}", file=sys.stderr)
        return NOTHING_SENT
    try:
        publish(channel, command, given.sent_at, queue)
        status = follow(channel, queue, command, given.wait)
        connection.close()
        return status
    except pika.exceptions.UnroutableError:
        print("nothing was sent: no bridge has a queue there", file=sys.stderr)
        return NOTHING_SENT
    except (pika.exceptions.AMQPError, OSError) as error:
        # The command may have left: no error means from here on that nothing happens.
        print(f"no end is known: {error!r}; repeat with the same --command-id and --sent-at", file=sys.stderr)
        return NO_END


if __name__ == "__main__":
    given = arguments()
    sys.exit(send(command(given), given))
