# SPDX-License-Identifier: Apache-2.0
"""The disturbances of deploy/disturb, and what is right beside each: docs/disturbances.md."""
import collections
import contextlib
import fcntl
import os
import select
import signal
import subprocess
import threading
import time

from disturbing import ROOT, Failure, SlowClients, Tally, World, instant, percentile, until

WARM_UP = 5
OBSTACLE_SECONDS = 10
FACTOR = 2
# How long a charge may take after the load before it counts as lost.
PATIENCE = 60
# The store says that the disk does not answer after 5 s; callbacks are held back until then.
CALLBACKS_AFTER = 8
# The bridge writes a line for each SIGUSR1.
LINES_PER_SECOND = 200


class Report:
    """What is printed of one disturbance."""

    def __init__(self, name, title):
        self.wrong = 0
        print(f"\n{name:<9} {title}", flush=True)

    def tell(self, text):
        print(f"          {text}", flush=True)

    def judge(self, is_right, text):
        self.wrong += not is_right
        print(f"   {'right' if is_right else 'WRONG'}  {text}", flush=True)


class Disturbance:
    """One part that goes wrong for a while, and what is expected of the bridge meanwhile."""
    name = title = ""
    settings = {}
    # The obstacle that it cannot but be.
    obstacle = None
    # When it began, if that is not at once.
    began = None
    lifetime = 120
    patience = PATIENCE

    def __init__(self, options):
        self.options = options

    @property
    def seconds(self):
        return self.options.beside

    def world(self, broker):
        return World(self.name, self.options, broker, self.settings)

    def prepare(self, world, report):
        pass

    @contextlib.contextmanager
    def disturb(self, world, report):
        yield

    def finish(self, world, report, begin, end):
        """What is looked at when the load is over."""

    def run(self, broker):
        """Measures, prints, and returns how many verdicts are wrong."""
        report = Report(self.name, self.title)
        try:
            self.measure(broker, report)
        except Failure as failure:
            report.judge(False, str(failure))
        return report.wrong

    def measure(self, broker, report):
        with self.world(broker) as world:
            self.prepare(world, report)
            world.load("load", WARM_UP + self.options.quiet + self.seconds + self.options.tail, self.options.rate,
                       patience=self.patience, lifetime=self.lifetime)
            time.sleep(WARM_UP + self.options.quiet)
            begin = time.time()
            with self.disturb(world, report):
                time.sleep(max(0, begin + self.seconds - time.time()))
            end = time.time()
            charges = world.charges("load")
            self.judge(world, report, charges, begin, end)
            self.finish(world, report, begin, end)

    def judge(self, world, report, charges, begin, end):
        if self.obstacle:
            self.judge_obstacle(world, report, begin, end)
        else:
            self.judge_latency(world, report, charges, begin, end)
        tally = Tally(charges, world.ledger())
        report.judge(tally.is_perfect, str(tally))

    def judge_latency(self, world, report, charges, begin, end):
        stretches = (begin - self.options.quiet, begin), (begin, end)
        for percent in 50, 99:
            quiet, beside = (percentile(charges, percent, *stretch) for stretch in stretches)
            text = f"p{percent} {quiet:7.1f} ms quiet {beside:9.1f} ms beside   {beside / quiet:.2f} times"
            if percent == 99:
                report.judge(beside <= FACTOR * quiet, text)
            else:
                report.tell(text)
        if obstacles := world.watch.obstacles(begin, end):
            report.tell(f"obstacles named meanwhile: {', '.join(obstacles)}")

    def judge_obstacle(self, world, report, begin, end):
        named, ready = world.watch.named(self.obstacle, self.began or begin), world.watch.ready(end)
        report.judge(named is not None and named <= OBSTACLE_SECONDS, f"obstacle {self.obstacle} named after {seconds(named)}")
        report.judge(ready is not None and ready <= OBSTACLE_SECONDS, f"ready again {seconds(ready)} after the end")
        others = [name for name in world.watch.obstacles(begin, end) if name != self.obstacle]
        report.tell(f"other obstacles named meanwhile: {', '.join(others) or 'none'}")

    def judge_lives(self, world, report, begin, end):
        slowest = world.watch.slowest_life(begin, end)
        report.judge(slowest < 1, f"/livez always answered, at the latest after {slowest * 1000:.0f} ms")


def seconds(value):
    return "never" if value is None else f"{value:.1f} s"


class Slow(Disturbance):
    name, title = "slow", "1,024 connections on the callback port and on the health port that send one byte every 20 s"

    @contextlib.contextmanager
    def disturb(self, world, report):
        clients = SlowClients([world.callbacks, world.health])
        clients.start()
        yield
        clients.ended.set()
        clients.join()
        report.tell(f"{clients.opened} connections were opened, {clients.ends} of them ended by the bridge")

    def finish(self, world, report, begin, end):
        self.judge_lives(world, report, begin, end)


class Disk(Disturbance):
    name, title, obstacle = "disk", "no sync of the store's files comes back", "store"

    def world(self, broker):
        shim = self.options.data / "hanging-disk.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, ROOT / "deploy" / "hanging-disk.c"], check=True)
        self.hang = self.options.data / "hang"
        environment = {"LD_PRELOAD": str(shim), "DISTURB_HANG": str(self.hang),
                       "DISTURB_STORE": str(self.options.data / self.name / "bridge.sqlite")}
        return World(self.name, self.options, broker, environment=environment)

    @contextlib.contextmanager
    def disturb(self, world, report):
        world.control("callbacks/hold")
        time.sleep(0.5)
        self.hang.touch()
        self.began = time.time()
        time.sleep(min(CALLBACKS_AFTER, self.seconds - 1))
        self.released = time.time()
        world.control("callbacks/release")
        yield
        self.hang.unlink()

    def finish(self, world, report, begin, end):
        answers = collections.Counter(
            callback.get("status") for entry in world.ledger() for callback in entry["callbacks"]
            if self.released - 0.1 <= instant(callback["sentAt"]) < end - 0.5
        )
        text = ", ".join(f"{count} with {status or 'nothing'}" for status, count in answers.items())
        report.judge(set(answers) == {503}, f"callbacks meanwhile answered: {text or 'there were none'}")
        self.judge_lives(world, report, begin, end)
        world.load("last", 2, self.options.rate, patience=1)
        time.sleep(1)
        self.hang.touch()
        time.sleep(1.5)
        took = world.terminate("serve")
        self.hang.unlink()
        report.tell(f"SIGTERM while the disk hangs: ended after {seconds(took)}")


class Pipe(Disturbance):
    name, title = "pipe", "standard error is a full pipe that nobody reads"

    def world(self, broker):
        self.reader, writer = os.pipe()
        # Opened anew: that it does not block must not be so for the bridge.
        self.filler = os.open(f"/proc/self/fd/{writer}", os.O_WRONLY | os.O_NONBLOCK)
        fcntl.fcntl(self.reader, fcntl.F_SETPIPE_SZ, 65536)
        self.reads, self.closed = threading.Event(), threading.Event()
        self.reads.set()
        threading.Thread(target=self.drain, daemon=True).start()
        return World(self.name, self.options, broker, errors=writer)

    def drain(self):
        while not self.closed.is_set():
            self.reads.wait()
            if select.select([self.reader], [], [], 0.05)[0]:
                os.read(self.reader, 65536)

    def fill(self):
        """How many bytes there was room for."""
        written = 0
        for size in 4096, 1:
            with contextlib.suppress(BlockingIOError):
                while True:
                    written += os.write(self.filler, b"x" * size)
        return written

    @contextlib.contextmanager
    def disturb(self, world, report):
        self.reads.clear()
        time.sleep(0.1)
        self.fill()
        ended = threading.Event()

        def chatter():
            while not ended.wait(1 / LINES_PER_SECOND):
                world.processes["serve"].send_signal(signal.SIGUSR1)

        thread = threading.Thread(target=chatter, daemon=True)
        thread.start()
        yield
        ended.set()
        thread.join()

    def finish(self, world, report, begin, end):
        report.judge(self.fill() == 0, "nothing was read from the pipe until the end")
        dropped = world.metric("log_lines_dropped_total")
        # The queue of lines holds more than a short run writes.
        report.judge(self.options.short or dropped > 0, f"{dropped:.0f} lines of the log were dropped and counted")
        self.judge_lives(world, report, begin, end)
        took = world.terminate("serve")
        report.judge(took is not None, f"SIGTERM with the pipe full: ended after {seconds(took)}")
        self.reads.set()
        self.closed.set()


class Flood429(Disturbance):
    name, title = "flood429", "every question is answered 429 with Retry-After: 3600, sales pass"
    settings = {"reconcile.firstQueryAfter": "2s"}
    # A flood is believed for 300 s.
    rest = 330

    @contextlib.contextmanager
    def disturb(self, world, report):
        world.control("floods/questions?status=429&retryAfter=3600")
        patience = PATIENCE if self.options.short else self.rest
        world.load("lost", self.seconds, 2, patience=patience, amount=15_201, first_terminal=91_000_000)
        yield
        report.tell(f"{world.summary()['flooded']} questions were asked meanwhile")
        world.control("floods/questions/end")

    def finish(self, world, report, begin, end):
        lost = world.charges("lost")
        tally = Tally(lost, world.ledger())
        ends = [event["at"] - end for charge in lost for event in charge["told"] if event["status"] == "approved"]
        text = f"whose callback was lost: {tally}; the last one {max(ends, default=0):.0f} s after the end"
        if self.options.short:
            report.tell(f"(not waited for) {text}")
        else:
            report.judge(tally.is_perfect, text)


class Voids(Disturbance):
    name, title = "voids", "16 voids whose terminals do not show their journal, 16 that are never answered"
    # So that the doubt is asked about within the minute.
    settings = {"reconcile.terminalLife": "5s"}
    first, doubtful = 95_000_000, 96_000_000

    def prepare(self, world, report):
        world.load("sold", 1, 32, patience=10, terminals=32, first_terminal=self.first)
        self.sold = world.charges("sold")
        for number in range(32):
            world.control(f"terminals/{self.first + number}/" + ("journal/journal-no-answer?times=20" if number < 16 else "commands/305"))

    @contextlib.contextmanager
    def disturb(self, world, report):
        for number, charge in enumerate(self.sold):
            name = charge["reference"].lower()
            terminal = {"idTerminal": str(self.first + number), "idSucursal": "12983", "serialNumber": f"SNBENCH{10_000 + number}"}
            world.publish({"commandId": f"v-{name}", "type": "void", "terminal": terminal,
                           "original": {"commandId": f"benchmark-{name}"}, "reference": f"V{charge['reference']}"})
        time.sleep(2)
        world.load("doubt", 1, 1, patience=self.seconds, amount=15_302, first_terminal=self.doubtful, terminals=1)
        yield

    def finish(self, world, report, begin, end):
        doubt = world.charges("doubt")[0]
        asked = [instant(read["startedAt"]) - doubt["sentAt"] for read in world.ledger("/journal")
                 if (read.get("terminal") or {}).get("idTerminal") == str(self.doubtful)]
        told = doubt["told"][-1]["status"] if doubt["told"] else "nothing"
        report.judge(bool(asked) and min(asked) <= 5 + OBSTACLE_SECONDS,
                     f"the journal of a doubt elsewhere was asked for after {seconds(min(asked, default=None))}; it is {told}")
        silent = [sum(entry[key] == word for entry in world.ledger(kind))
                  for kind, key, word in (("/journal", "ending", "journal-no-answer"), ("/commands", "reply", "silence"))]
        report.judge(min(silent) >= 16, f"{silent[0]} readings and {silent[1]} voids were left without an answer")
        statuses = collections.Counter((world.transaction(f"v-{charge['reference'].lower()}") or {}).get("status") for charge in self.sold)
        report.tell("the voids are " + ", ".join(f"{count} {status}" for status, count in statuses.items()))


class Nacked(Disturbance):
    name, title = "nacked", "one subscriber's queue is full and refuses charge.submitted"

    @contextlib.contextmanager
    def disturb(self, world, report):
        queue = f"queues/{world.name}/full"
        arguments = {"x-max-length": 1, "x-overflow": "reject-publish"}
        world.broker.manage("PUT", queue, {"durable": True, "arguments": arguments})
        message = {"properties": {}, "routing_key": "full", "payload": "full", "payload_encoding": "string"}
        world.broker.manage("POST", f"exchanges/{world.name}/amq.default/publish", message)
        world.broker.manage("POST", f"bindings/{world.name}/e/getnet.events/q/full", {"routing_key": "charge.submitted.#"})
        yield
        world.broker.manage("DELETE", queue)

    def finish(self, world, report, begin, end):
        rejected, gave_way = (world.metric(rf'events_total\{{outcome="{word}"\}}') for word in ("rejected", "gave_way"))
        report.judge(rejected > 0, f"{rejected:.0f} publishes were refused, {gave_way:.0f} events gave way")


class Outage(Disturbance):
    name, title = "outage", "every sale is answered 503"
    most_doubts = 10
    # The longest wait before the account is tried again.
    rest = 330

    @property
    def seconds(self):
        return self.options.outage

    @property
    def lifetime(self):
        return 20 if self.options.short else 120

    @property
    def patience(self):
        return self.lifetime + 30

    @contextlib.contextmanager
    def disturb(self, world, report):
        world.control("floods/sales?status=503")
        yield
        world.control("floods/sales/end")

    def judge(self, world, report, charges, begin, end):
        if not self.options.short:
            until(lambda: world.watch.ready(end) is not None or time.time() > end + self.rest, self.rest + 10, "ready or not")
        report.tell(f"obstacle cloud named after {seconds(world.watch.named('cloud', begin))}, "
                    f"ready again {seconds(world.watch.ready(end))} after the end")
        tally = Tally(charges, world.ledger())
        report.tell(f"{world.summary()['flooded']} sales were answered 503")
        report.judge(tally.ever_doubted <= self.most_doubts, f"{tally.ever_doubted} charges in doubt, at most {self.most_doubts}")
        expired = tally.others["failed command_expired"]
        is_right = tally.lost == tally.doubled == tally.wrong == 0 and tally.approved + tally.doubts + expired == tally.count
        report.judge(is_right, str(tally))


class Login(Disturbance):
    name, title = "login", "the token is taken away every second"

    @contextlib.contextmanager
    def disturb(self, world, report):
        ended = threading.Event()

        def revoke():
            while not ended.wait(1):
                world.control("tokens/revoke")

        thread = threading.Thread(target=revoke, daemon=True)
        thread.start()
        yield
        ended.set()
        thread.join()


DISTURBANCES = [Slow, Disk, Pipe, Flood429, Voids, Nacked, Outage, Login]
