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
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Charges a card on a terminal, or gives money of a sale back, and waits for the end. Needs RabbitMQ's client and Gson.
 *
 * <pre>
 * java Sale.java charge idTerminal/idSucursal/serialNumber pesos reference [commandId sentAt]
 * java Sale.java refund idTerminal/idSucursal/serialNumber pesos reference commandIdOfTheSale [commandId sentAt]
 * </pre>
 *
 * <p>AMQP_URL in the environment names the broker. Ends with 0 approved, 10 declined, 11 not completed, 12 failed (certainly not
 * started), 13 in doubt (do NOT repeat with another id), 14 rejected, 15 no end is known (repeat with the same commandId and
 * sentAt, never with another id), 64 wrong arguments, 69 nothing was sent.
 */
public final class Sale {
    private static final Map<String, Integer> EXIT =
            Map.of("approved", 0, "completed", 0, "declined", 10, "not_completed", 11, "failed", 12, "in_doubt", 13);
    private static final int REJECTED = 14;
    private static final int NO_END = 15;
    private static final int WRONG_ARGUMENTS = 64;
    private static final int NOTHING_SENT = 69;
    private static final long CONFIRM_MILLISECONDS = 10_000;
    /** A terminal may take 315 seconds. */
    private static final long WAIT_SECONDS = 360;

    /** Whether the command may have left: from then on no error means that nothing happens. */
    private static boolean mayBeSent = false;

    public static void main(String[] arguments) {
        Map<String, Object> command;
        Instant sentAt;
        try {
            command = command(arguments);
            int last = arguments[0].equals("refund") ? 6 : 5;
            sentAt = (arguments.length > last ? Instant.parse(arguments[last]) : Instant.now()).truncatedTo(ChronoUnit.SECONDS);
            // A command must not look younger than it is.
            if (sentAt.isAfter(Instant.now())) throw new IllegalArgumentException("sentAt is in the future");
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException | DateTimeParseException error) {
            System.err.println("usage: Sale.java charge idTerminal/idSucursal/serialNumber pesos reference [commandId sentAt]");
            System.err.println(
                    "       Sale.java refund idTerminal/idSucursal/serialNumber pesos reference commandIdOfTheSale [commandId sentAt]");
            System.exit(WRONG_ARGUMENTS);
            return;
        }
        // Before anything is sent: a repetition needs both. Then it is the same command, and as old as it is.
        System.out.println("commandId " + command.get("commandId") + " sentAt " + sentAt);
        int status;
        try {
            status = send(command, sentAt);
        } catch (Exception error) {
            status = mayBeSent ? NO_END : NOTHING_SENT;
            String meaning = mayBeSent ? "no end is known, repeat with the same commandId and sentAt" : "nothing was sent";
            System.err.println(meaning + ": " + error + (error.getCause() == null ? "" : " (" + error.getCause() + ")"));
        }
        System.exit(status);
    }

    private static Map<String, Object> command(String[] words) {
        boolean isRefund = words[0].equals("refund");
        if (!isRefund && !words[0].equals("charge")) throw new IllegalArgumentException(words[0]);
        String[] terminal = words[1].split("/");
        Map<String, Object> command = new HashMap<>();
        command.put("type", words[0]);
        command.put(
                "terminal",
                Map.of("idTerminal", terminal[0], "idSucursal", terminal[1], "serialNumber", terminal[2]));
        command.put("amount", Map.of("value", Long.parseLong(words[2]), "currency", "CLP"));
        command.put("reference", words[3]);
        if (isRefund) command.put("original", Map.of("commandId", words[4]));
        int next = isRefund ? 5 : 4;
        command.put("commandId", words.length > next ? words[next] : UUID.randomUUID().toString());
        return command;
    }

    private static int send(Map<String, Object> command, Instant sentAt) throws Exception {
        Object commandId = command.get("commandId");
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(System.getenv().getOrDefault("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/%2F"));
        try (Connection connection = factory.newConnection("sale")) {
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
            publish(channel, command, sentAt, queue);
            return follow(events);
        }
    }

    /** Returns only when the broker has the command safe. */
    private static void publish(Channel channel, Map<String, Object> command, Instant sentAt, String replyTo)
            throws Exception {
        AMQP.BasicProperties properties =
                new AMQP.BasicProperties.Builder()
                        .contentType("application/json")
                        .deliveryMode(2)
                        .timestamp(Date.from(sentAt))
                        .replyTo(replyTo)
                        .correlationId((String) command.get("commandId"))
                        .build();
        byte[] body = new Gson().toJson(command).getBytes(StandardCharsets.UTF_8);
        // The broker returns a message before it confirms it.
        AtomicBoolean isReturned = new AtomicBoolean();
        channel.addReturnListener((code, text, exchange, key, returned, content) -> isReturned.set(true));
        mayBeSent = true;
        channel.basicPublish("getnet.commands", command.get("type") + ".main", true, properties, body);
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
            if (data.get("final").getAsBoolean()) {
                if (!data.has("contradiction") && !data.has("openContradictions")) return EXIT.getOrDefault(word, NO_END);
                System.out.println("CONTRADICTED: do NOT charge again, a person must look");
                return EXIT.get("in_doubt");
            }
            status = word.equals("in_doubt") ? EXIT.get(word) : NO_END;
        }
    }
}
