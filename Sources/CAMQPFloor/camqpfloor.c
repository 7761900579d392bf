// SPDX-License-Identifier: Apache-2.0
#include "camqpfloor.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif

enum { CHANNEL = 1, FRAME_MAX = 131072, HEARTBEAT = 10 };

static int failed(amqp_connection_state_t connection) {
    return amqp_get_rpc_reply(connection).reply_type != AMQP_RESPONSE_NORMAL;
}

static amqp_connection_state_t open_connection(const camqpfloor_work *work) {
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    if (socket && amqp_socket_open(socket, work->host, work->port) == AMQP_STATUS_OK &&
        amqp_login(connection, work->virtual_host, CHANNEL, FRAME_MAX, HEARTBEAT, AMQP_SASL_METHOD_PLAIN,
                   work->username, work->password)
                .reply_type == AMQP_RESPONSE_NORMAL) {
        amqp_channel_open(connection, CHANNEL);
        if (!failed(connection)) return connection;
    }
    amqp_destroy_connection(connection);
    return NULL;
}

static void close_connection(amqp_connection_state_t connection) {
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);
}

int camqpfloor_reset(const camqpfloor_work *work) {
    amqp_connection_state_t connection = open_connection(work);
    if (!connection) return AMQP_STATUS_SOCKET_ERROR;
    const char *queues[] = {work->source, work->destination};
    int status = AMQP_STATUS_OK;
    for (int i = 0; i < 2; i++) {
        amqp_queue_delete(connection, CHANNEL, amqp_cstring_bytes(queues[i]), 0, 0);
        amqp_queue_declare(connection, CHANNEL, amqp_cstring_bytes(queues[i]), 0, 1, 0, 0, amqp_empty_table);
        if (failed(connection)) status = AMQP_STATUS_INVALID_PARAMETER;
    }
    close_connection(connection);
    return status;
}

static int publish(amqp_connection_state_t connection, const camqpfloor_work *work, uint64_t number,
                   amqp_bytes_t body) {
    static const char digits[] = "0123456789abcdef";
    char id[16];
    for (int i = 0; i < 16; i++) id[i] = digits[(number >> (4 * (15 - i))) & 15];
    amqp_basic_properties_t properties;
    memset(&properties, 0, sizeof properties);
    properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG;
    properties.delivery_mode = 2;
    properties.message_id = (amqp_bytes_t){sizeof id, id};
    properties.content_type = amqp_cstring_bytes("application/json");
    return amqp_basic_publish(connection, CHANNEL, amqp_empty_bytes, amqp_cstring_bytes(work->destination), 1, 0,
                              &properties, body);
}

// Confirms mostly cover many tags at once; in a loop that never expires, the highest one settles all below it only if
// the broker says so, hence the count.
static int is_confirm(const amqp_frame_t *frame, uint64_t *tag, int *multiple) {
    if (frame->frame_type != AMQP_FRAME_METHOD || frame->payload.method.id != AMQP_BASIC_ACK_METHOD) return 0;
    const amqp_basic_ack_t *ack = frame->payload.method.decoded;
    *tag = ack->delivery_tag;
    *multiple = ack->multiple;
    return 1;
}

typedef struct {
    unsigned char *done;
    uint64_t oldest;
    int count;
} confirms;

static void confirm(confirms *state, uint64_t tag, int multiple) {
    for (uint64_t i = multiple ? state->oldest : tag; i <= tag; i++) {
        if (!state->done[i]) {
            state->done[i] = 1;
            state->count++;
        }
    }
    while (state->done[state->oldest]) state->oldest++;
}

int camqpfloor_publish(const camqpfloor_work *work) {
    amqp_connection_state_t connection = open_connection(work);
    if (!connection) return AMQP_STATUS_SOCKET_ERROR;
    amqp_confirm_select(connection, CHANNEL);
    confirms state = {calloc((size_t)work->messages + 2, 1), 1, 0};
    amqp_bytes_t body = {(size_t)work->body_size, calloc((size_t)work->body_size, 1)};
    int sent = 0, status = AMQP_STATUS_OK;
    while (state.count < work->messages && status == AMQP_STATUS_OK) {
        while (sent < work->messages && sent - state.count < work->window && status == AMQP_STATUS_OK) {
            sent++;
            status = publish(connection, work, (uint64_t)sent, body);
        }
        struct timeval wait = {HEARTBEAT, 0}, none = {0, 0};
        amqp_frame_t frame;
        int read = amqp_simple_wait_frame_noblock(connection, &frame, &wait);
        while (read == AMQP_STATUS_OK) {
            uint64_t tag;
            int multiple;
            if (is_confirm(&frame, &tag, &multiple)) confirm(&state, tag, multiple);
            amqp_maybe_release_buffers(connection);
            read = amqp_simple_wait_frame_noblock(connection, &frame, &none);
        }
        if (read != AMQP_STATUS_TIMEOUT) status = read;
    }
    free(state.done);
    free(body.bytes);
    close_connection(connection);
    return status;
}

int camqpfloor_consume_publish(const camqpfloor_work *work) {
    amqp_connection_state_t connection = open_connection(work);
    if (!connection) return AMQP_STATUS_SOCKET_ERROR;
    amqp_confirm_select(connection, CHANNEL);
    amqp_basic_qos(connection, CHANNEL, 0, (uint16_t)work->window, 0);
    amqp_basic_consume(connection, CHANNEL, amqp_cstring_bytes(work->source), amqp_empty_bytes, 0, 0, 0,
                       amqp_empty_table);
    const int publishes = work->messages * work->fan_out;
    confirms state = {calloc((size_t)publishes + 2, 1), 1, 0};
    amqp_bytes_t body = {(size_t)work->body_size, calloc((size_t)work->body_size, 1)};
    uint64_t acknowledged = 0;
    int sent = 0, status = failed(connection) ? AMQP_STATUS_INVALID_PARAMETER : AMQP_STATUS_OK;
    struct timeval wait = {HEARTBEAT, 0};
    while (state.count < publishes && status == AMQP_STATUS_OK) {
        amqp_frame_t frame;
        uint64_t tag;
        int multiple;
        status = amqp_simple_wait_frame_noblock(connection, &frame, &wait);
        if (status == AMQP_STATUS_TIMEOUT) {
            status = AMQP_STATUS_OK;
        } else if (status == AMQP_STATUS_OK && is_confirm(&frame, &tag, &multiple)) {
            // Deliveries and publishes both count from 1 on the one channel: the n-th delivery made the n-th fan-out.
            confirm(&state, tag, multiple);
            uint64_t done = (state.oldest - 1) / (uint64_t)work->fan_out;
            if (done > acknowledged) status = amqp_basic_ack(connection, CHANNEL, done, 1);
            acknowledged = done;
        } else if (status == AMQP_STATUS_OK && frame.frame_type == AMQP_FRAME_BODY) {
            for (int i = 0; i < work->fan_out && status == AMQP_STATUS_OK; i++) {
                sent++;
                status = publish(connection, work, (uint64_t)sent, body);
            }
        }
        amqp_maybe_release_buffers(connection);
    }
    free(state.done);
    free(body.bytes);
    close_connection(connection);
    return status;
}
