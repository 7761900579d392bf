// SPDX-License-Identifier: Apache-2.0
#pragma once

// The floor of every AMQP measurement: the same work as plain C loops over librabbitmq on one connection, with the same
// window, and nothing else. No time-outs, no reconnects, no limits.

typedef struct {
    const char *host;
    int port;
    const char *virtual_host;
    const char *username;
    const char *password;
    const char *source;      // queue to consume from
    const char *destination; // queue to publish to
    int messages;
    int window;    // publishes without a confirm, and deliveries without an acknowledgement
    int body_size; // bytes of every message that is published
    int fan_out;   // publishes for each delivery
} camqpfloor_work;

// Deletes and declares both queues, durable and classic. 0 or a negative status.
int camqpfloor_reset(const camqpfloor_work *work);

// Publishes persistent, mandatory messages to `destination`, pipelined, until all are confirmed. 0 or a negative status.
int camqpfloor_publish(const camqpfloor_work *work);

// Consumes from `source`, publishes `fan_out` messages to `destination` for each delivery and acknowledges it once they
// are confirmed. 0 or a negative status.
int camqpfloor_consume_publish(const camqpfloor_work *work);
