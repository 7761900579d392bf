// SPDX-License-Identifier: Apache-2.0
#pragma once

// Before <amqp.h>, which only forward-declares `struct timeval`: otherwise every timeout is an opaque pointer to Swift.
#include <sys/time.h>

// Neither is in Swift's Glibc module; the second is a GNU extension, which that module hides.
#include <pthread.h>
#include <sys/eventfd.h>
extern int pthread_setname_np(pthread_t thread, const char *name);

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif

// `amqp_login_with_properties` is variadic, which Swift cannot call.
static inline amqp_rpc_reply_t clibrabbitmq_login_plain(
    amqp_connection_state_t connection, const char *virtual_host, int channel_max, int frame_max, int heartbeat,
    const amqp_table_t *client_properties, const char *username, const char *password) {
    return amqp_login_with_properties(
        connection, virtual_host, channel_max, frame_max, heartbeat, client_properties,
        AMQP_SASL_METHOD_PLAIN, username, password);
}
