# SPDX-License-Identifier: Apache-2.0
"""Gives money of a sale back on a terminal and waits for the end. Needs pika, and charge.py beside it.

    python3 refund.py --terminal 80005000/12983/SNPRUEBA1234 --original order-1 --amount 5000 --reference D0001234

A refund is sent like a charge and ends like one, with the same statuses: 13 is in doubt, money may have gone back. Do NOT
repeat it with another id; the same --command-id and --sent-at give nothing back twice.
"""

import argparse
import os
import sys

import charge


def arguments():
    parser = argparse.ArgumentParser(description="Gives money of a sale back on a terminal.")
    parser.add_argument("--url", default=os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/%2F"))
    parser.add_argument("--terminal", required=True, help="idTerminal/idSucursal/serialNumber")
    parser.add_argument("--original", required=True, help="the commandId of the sale")
    parser.add_argument("--amount", required=True, type=int, help="minor units; at most what is left of the sale")
    parser.add_argument("--currency", default="CLP")
    parser.add_argument("--reference", required=True, help="your number of this attempt, on the receipt too")
    parser.add_argument("--account", default="main")
    charge.add_repetition(parser)
    parser.add_argument("--wait", type=float, default=360, help="seconds; a terminal may take 315 of them")
    return parser.parse_args()


def command(given):
    terminal, branch, serial = given.terminal.split("/")
    return {
        "commandId": given.command_id,
        "type": "refund",
        "account": given.account,
        "terminal": {"idTerminal": terminal, "idSucursal": branch, "serialNumber": serial},
        "original": {"commandId": given.original},
        "amount": {"value": given.amount, "currency": given.currency},
        "reference": given.reference,
    }


if __name__ == "__main__":
    given = arguments()
    sys.exit(charge.send(command(given), given))
