// SPDX-License-Identifier: Apache-2.0

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.TopologyRecoveryException;
import com.rabbitmq.client.impl.DefaultExceptionHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Keeps what became of every transaction in a table, safely against duplicates, restarts and lost connections. Needs RabbitMQ's
 * client, Gson and the JDBC driver of SQLite.
 *
 * <pre>java Consumer.java database [finals]</pre>
 *
 * <p>AMQP_URL in the environment names the broker; after so many final events it ends, without a number never. An event is
 * acknowledged only after the commit of what was made of it. One that comes again changes nothing, and one that is older than
 * what is known changes nothing, unless it is final.
 *
 * <p>The rule: first the type of the command, then {@code final}, then {@code status}. Goods are handed over for an approved
 * sale, once, and not again when money of it is given back.
 */
public final class Consumer {
    private static final String QUEUE = "shop.sales";
    private static final int PREFETCH = 50;
    private static final int CANNOT_GO_ON = 69;
    private static final String STRUCTURED = "application/cloudevents+json";

    public static void main(String[] arguments) throws Exception {
        int finals = arguments.length > 1 ? Integer.parseInt(arguments[1]) : Integer.MAX_VALUE;
        Ledger ledger = new Ledger(arguments[0]);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(System.getenv().getOrDefault("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/%2F"));
        // The client connects and subscribes again by itself. Where it cannot, this ends, and is started again from outside.
        factory.setExceptionHandler(
                new DefaultExceptionHandler() {
                    @Override
                    public void handleTopologyRecoveryException(
                            Connection connection, Channel channel, TopologyRecoveryException error) {
                        end("cannot subscribe again: " + error);
                    }
                });
        try (Connection connection = factory.newConnection("consumer")) {
            Channel channel = connection.createChannel();
            channel.queueDeclare(QUEUE, true, false, false, Map.of("x-queue-type", "quorum"));
            channel.queueBind(QUEUE, "getnet.events", "*.*.#");
            channel.basicQos(PREFETCH);
            BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
            channel.basicConsume(
                    QUEUE,
                    false,
                    (tag, delivery) -> deliveries.add(delivery),
                    tag -> end("the queue " + QUEUE + " is gone"));
            channel.addShutdownListener(
                    signal -> {
                        if (!signal.isHardError() && !signal.isInitiatedByApplication()) end("channel closed: " + signal);
                    });
            for (int seen = 0; seen < finals; ) {
                if (work(channel, deliveries.take(), ledger)) seen++;
            }
        }
        System.out.println("goods handed over: " + ledger.count("goods") + ", for a person: " + ledger.count("todo"));
        System.exit(0);
    }

    private static void end(String why) {
        System.err.println(why);
        System.exit(CANNOT_GO_ON);
    }

    /** Whether the event was a final one. */
    private static boolean work(Channel channel, Delivery delivery, Ledger ledger) throws Exception {
        String contentType = delivery.getProperties().getContentType();
        if (!STRUCTURED.equals(contentType)) end(contentType + ": this program reads " + STRUCTURED + " (events.mode: structured)");
        String line;
        boolean isFinal = false;
        Event event = null;
        try {
            event = new Event(delivery.getBody());
        } catch (RuntimeException error) {
            // To hand it back would stop everything behind it. Whatever else goes wrong is no reason to acknowledge.
            System.err.println(error);
        }
        if (event == null) {
            line = ledger.keepUnreadable(delivery.getBody());
        } else {
            boolean isNew = ledger.take(event);
            line = event.type + " " + event.commandId + " " + (isNew ? "taken" : "known");
            isFinal = event.isFinal;
        }
        try {
            channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
        } catch (AlreadyClosedException | IOException error) {
            // What was not acknowledged comes again, and is known then.
            System.err.println("connection lost: " + error);
        }
        System.out.println(line);
        return isFinal;
    }
}

/** What is read of an event; an exception for one that cannot be read, which will not change when it comes again. */
final class Event {
    final String body;
    final String id;
    final String type;
    final JsonObject data;
    final String commandId;
    final boolean isFinal;

    Event(byte[] bytes) {
        body = new String(bytes, StandardCharsets.UTF_8);
        JsonObject event = JsonParser.parseString(body).getAsJsonObject();
        id = event.get("id").getAsString();
        type = event.get("type").getAsString();
        data = event.getAsJsonObject("data");
        commandId = data.has("commandId") ? data.get("commandId").getAsString() : "-";
        isFinal = data.has("final") && data.get("final").getAsBoolean();
        if (!data.has("transactionId")) return;
        for (String name : new String[] {"transactionId", "commandId", "type", "account", "status"}) data.get(name).getAsString();
        data.get("sequence").getAsLong();
        data.get("final").getAsBoolean();
        Ledger.isPaidInFull(data);
    }
}

/** What the shop knows: one commit for each event. */
final class Ledger {
    /** A sale brings goods to the customer. */
    private static final Set<String> SALES = Set.of("charge", "promo");

    /** These bring money back. */
    private static final Set<String> RETURNS = Set.of("void", "refund");

    private static final Set<String> ENDS = Set.of("approved", "declined", "not_completed", "failed", "completed");

    private final java.sql.Connection database;

    Ledger(String path) throws SQLException {
        database = DriverManager.getConnection("jdbc:sqlite:" + path);
        try (Statement statement = database.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("CREATE TABLE IF NOT EXISTS seen (event_id TEXT PRIMARY KEY)");
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS sale (transaction_id TEXT PRIMARY KEY, command_id TEXT NOT NULL,"
                            + " type TEXT NOT NULL, sequence INTEGER NOT NULL, status TEXT NOT NULL,"
                            + " is_final INTEGER NOT NULL, for_person INTEGER NOT NULL DEFAULT 0)");
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS goods (transaction_id TEXT PRIMARY KEY, account TEXT NOT NULL,"
                            + " command_id TEXT NOT NULL, UNIQUE (account, command_id))");
            statement.execute("CREATE TABLE IF NOT EXISTS todo (event_id TEXT PRIMARY KEY, what TEXT NOT NULL)");
        }
        database.setAutoCommit(false);
    }

    /** That it was seen, and what it means; false if it was seen before. */
    boolean take(Event event) throws SQLException {
        try {
            boolean isNew = change("INSERT OR IGNORE INTO seen VALUES (?)", event.id) == 1;
            if (isNew && mustBeLookedAt(event.data)) {
                change("INSERT OR IGNORE INTO todo VALUES (?, ?)", event.id, event.body);
            }
            database.commit();
            return isNew;
        } catch (SQLException | RuntimeException error) {
            database.rollback();
            throw error;
        }
    }

    /** Gives the bytes of what cannot be read to a person, once; its name. */
    String keepUnreadable(byte[] body) throws SQLException {
        String name = "unreadable-" + UUID.nameUUIDFromBytes(body);
        change("INSERT OR IGNORE INTO todo VALUES (?, ?)", name, body);
        database.commit();
        return name;
    }

    /** Does what an event asks for; true if it is for a person. */
    private boolean mustBeLookedAt(JsonObject data) throws SQLException {
        // Refused commands and callbacks without a transaction.
        if (!data.has("transactionId")) return true;
        String transactionId = data.get("transactionId").getAsString();
        String commandId = data.get("commandId").getAsString();
        String type = data.get("type").getAsString();
        String status = data.get("status").getAsString();
        boolean isFinal = data.get("final").getAsBoolean();
        // Two ends of one transaction, as after a restored backup: a person decides which one is right.
        boolean isSecondEnd = isFinal && hasOtherEnd(transactionId, status);
        boolean isNewer =
                change(
                                "INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET"
                                        + " sequence = excluded.sequence, status = excluded.status,"
                                        + " is_final = excluded.is_final"
                                        + " WHERE excluded.is_final > sale.is_final"
                                        + " OR excluded.is_final = sale.is_final AND excluded.sequence > sale.sequence",
                                transactionId, commandId, type, data.get("sequence").getAsLong(), status, isFinal)
                        == 1;
        // Evidence against a final status: nothing is undone by a program.
        if (data.has("contradiction") || data.has("openContradictions")) return true;
        // Money of a sale was given back: its status is as it was, and so is what was made of it.
        if (data.has("amendments")) return false;
        // A final status counts whatever its sequence: it may come late, and a restored store begins its numbers again.
        if (!isNewer && !isFinal) return false;
        if (!isFinal) {
            // In doubt, money may have moved. Never charge again: the event that ends the doubt comes, or a person decides.
            if (status.equals("in_doubt")) change("UPDATE sale SET for_person = 1 WHERE transaction_id = ?", transactionId);
            return false;
        }
        change("UPDATE sale SET for_person = 0 WHERE transaction_id = ?", transactionId);
        if (SALES.contains(type) && status.equals("approved")) {
            if (!isPaidInFull(data)) return true;
            // In the same commit, as a row that another part of the shop works off; the keys see to it that it is one, for the
            // transaction and for the command: after a restored backup a command may have a second transaction.
            String account = data.get("account").getAsString();
            boolean isHandedOver =
                    change("INSERT OR IGNORE INTO goods VALUES (?, ?, ?)", transactionId, account, commandId) == 1
                            || exists("SELECT 1 FROM goods WHERE transaction_id = ?", transactionId);
            return isSecondEnd || !isHandedOver;
        }
        // Here the shop offers another attempt after a sale that is declined, not_completed or failed, and books what a void or a
        // refund brought back.
        // Money that moved for a command that this program does not know may be a sale's.
        boolean isUnknown = status.equals("approved") && !SALES.contains(type) && !RETURNS.contains(type);
        return isSecondEnd || isUnknown || !ENDS.contains(status);
    }

    /**
     * Whether what was paid, without what was added at the terminal, is what was asked for: a person may have ended a doubt with
     * the amount of another receipt.
     */
    static boolean isPaidInFull(JsonObject data) {
        JsonObject result = data.has("result") ? data.getAsJsonObject("result") : new JsonObject();
        if (!result.has("amount") || !data.has("amount")) return true;
        JsonObject paid = result.getAsJsonObject("amount");
        long added = 0;
        for (String part : new String[] {"tip", "cashback"}) added += paid.has(part) ? paid.get(part).getAsLong() : 0;
        return paid.get("value").getAsLong() - added >= data.getAsJsonObject("amount").get("value").getAsLong();
    }

    private boolean hasOtherEnd(String transactionId, String status) throws SQLException {
        return exists("SELECT 1 FROM sale WHERE transaction_id = ? AND is_final AND status <> ?", transactionId, status);
    }

    private boolean exists(String question, Object... values) throws SQLException {
        try (PreparedStatement prepared = database.prepareStatement(question)) {
            for (int index = 0; index < values.length; index++) prepared.setObject(index + 1, values[index]);
            try (ResultSet result = prepared.executeQuery()) {
                return result.next();
            }
        }
    }

    private int change(String statement, Object... values) throws SQLException {
        try (PreparedStatement prepared = database.prepareStatement(statement)) {
            for (int index = 0; index < values.length; index++) prepared.setObject(index + 1, values[index]);
            return prepared.executeUpdate();
        }
    }

    long count(String table) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM " + table)) {
            return result.next() ? result.getLong(1) : 0;
        }
    }
}
