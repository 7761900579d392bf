// SPDX-License-Identifier: Apache-2.0

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Charges a card on a terminal and waits for the end. Needs RabbitMQ's client and Gson.
 *
 * <p>{@code java Charge.java <idTerminal/idSucursal/serialNumber> <pesos> <reference> [<commandId>]}, with AMQP_URL in the
 * environment. Ends with 0 approved, 10 declined, 11 not completed, 12 failed (certainly not started), 13 in doubt (do NOT
 * repeat with another id), 14 rejected, 15 no end is known (repeat with the same commandId, never with another one), 69 nothing was
 * sent.
 */
public final class Charge {
    private static final Map<String, Integer> EXIT =
            Map.of("approved", 0, "declined", 10, "not_completed", 11, "failed", 12, "in_doubt", 13);
    private static final int REJECTED = 14;
    private static final int NO_END = 15;
    private static final int NOTHING_SENT = 69;
    private static final long CONFIRM_MILLISECONDS = 10_000;
    /** A terminal may take 315 seconds. */
    private static final long WAIT_SECONDS = 360;

    /** Whether the command may have left: from then on no error means that nothing happens. */
    private static boolean mayBeSent = false;

    public static void main(String[] arguments) {
        int status;
        try {
            status = charge(arguments);
        } catch (Exception error) {
            status = mayBeSent ? NO_END : NOTHING_SENT;
            String meaning = mayBeSent ? "no end is known, repeat with the same commandId" : "nothing was sent";
            System.err.println(meaning + ": " + error + (error.getCause() == null ? "" : " (" + error.getCause() + ")"));
        }
        System.exit(status);
    }

    private static int charge(String[] arguments) throws Exception {
        String commandId = arguments.length > 3 ? arguments[3] : UUID.randomUUID().toString();
        // Before anything is sent: whoever repeats the attempt needs it.
        System.out.println("commandId " + commandId);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(System.getenv().getOrDefault("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/%2F"));
        try (Connection connection = factory.newConnection("charge")) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            String queue = channel.queueDeclare().getQueue();
            BlockingQueue<JsonObject> events = new LinkedBlockingQueue<>();
            channel.basicConsume(
                    queue,
                    true,
                    (tag, delivery) -> {
                        if (!commandId.equals(delivery.getProperties().getCorrelationId())) return;
                        String body = new String(delivery.getBody(), StandardCharsets.UTF_8);
                        events.add(JsonParser.parseString(body).getAsJsonObject().getAsJsonObject("data"));
                    },
                    tag -> { });
            publish(channel, commandId, arguments, queue);
            return follow(events);
        }
    }

    /** Returns only when the broker has the command safe. */
    private static void publish(Channel channel, String commandId, String[] arguments, String replyTo) throws Exception {
        String[] terminal = arguments[0].split("/");
        Map<String, Object> command =
                Map.of(
                        "commandId", commandId,
                        "type", "charge",
                        "terminal",
                                Map.of("idTerminal", terminal[0], "idSucursal", terminal[1], "serialNumber", terminal[2]),
                        "amount", Map.of("value", Long.parseLong(arguments[1]), "currency", "CLP"),
                        "reference", arguments[2]);
        AMQP.BasicProperties properties =
                new AMQP.BasicProperties.Builder()
                        .contentType("application/json")
                        .deliveryMode(2)
                        .timestamp(new Date())
                        .replyTo(replyTo)
                        .correlationId(commandId)
                        .build();
        byte[] body = new Gson().toJson(command).getBytes(StandardCharsets.UTF_8);
        // The broker returns a message before it confirms it.
        AtomicBoolean isReturned = new AtomicBoolean();
        channel.addReturnListener((code, text, exchange, key, returned, content) -> isReturned.set(true));
        mayBeSent = true;
        channel.basicPublish("getnet.commands", "charge.main", true, properties, body);
        channel.waitForConfirmsOrDie(CONFIRM_MILLISECONDS);
        if (isReturned.get()) {
            mayBeSent = false;
            throw new IOException("no bridge has a queue there");
        }
    }

    /** First whether it is final, then its status. */
    private static int follow(BlockingQueue<JsonObject> events) throws InterruptedException {
        int status = NO_END;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (true) {
            JsonObject data = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (data == null) return status;
            if (data.has("faults")) {
                System.out.println("rejected " + data.get("faults"));
                return REJECTED;
            }
            String word = data.get("status").getAsString();
            System.out.println(word);
            if (data.get("final").getAsBoolean()) return EXIT.getOrDefault(word, 0);
            status = word.equals("in_doubt") ? EXIT.get(word) : NO_END;
        }
    }
}
