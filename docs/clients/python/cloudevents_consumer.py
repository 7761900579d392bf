# SPDX-License-Identifier: Apache-2.0
"""Prints events, read by the CloudEvents SDK's own binding for RabbitMQ, in structured and in binary mode alike.

    python3 cloudevents_consumer.py

Needs pika and cloudevents 2. What to do with an event is shown in consumer.py.
"""

import argparse
import os

import pika
from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_rabbitmq_event


def event_of(properties, body):
    headers = {name: value for name, value in (properties.headers or {}).items() if name.startswith("ce-")}
    return from_rabbitmq_event(RabbitMQMessage(headers=headers, content_type=properties.content_type, body=body))


def main():
    parser = argparse.ArgumentParser(description="Prints events.")
    parser.add_argument("--url", default=os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/%2F"))
    parser.add_argument("--queue", default="shop.cloudevents")
    parser.add_argument("--finals", type=int, default=0, help="end after so many final events; 0: never")
    given = parser.parse_args()
    connection = pika.BlockingConnection(pika.URLParameters(given.url))
    channel = connection.channel()
    channel.queue_declare(given.queue, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(given.queue, "getnet.events", "#")
    finals = 0
    for method, properties, body in channel.consume(given.queue):
        event = event_of(properties, body)
        data = event.get_data()
        print(event.get_type(), event.get_subject(), data.get("commandId", "-"), data.get("status", "-"), flush=True)
        channel.basic_ack(method.delivery_tag)
        finals += data.get("final") is True
        if given.finals and finals >= given.finals:
            break
    connection.close()


if __name__ == "__main__":
    main()
