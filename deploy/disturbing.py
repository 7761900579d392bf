# SPDX-License-Identifier: Apache-2.0
"""The world that deploy/disturb disturbs: broker, simulator, bridge and load as processes of their own."""
import base64
import calendar
import collections
import contextlib
import http.client
import itertools
import json
import math
import os
import pathlib
import random
import re
import select
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
READY_SECONDS = 60
STOP_SECONDS = 120
# What a customer takes to pay; everything else has the pace of the real cloud.
THINK_TIME = "30ms"
ADMIN_TOKEN = "disturb-admin-token"
SLOW_CONNECTIONS = 1024
SLOW_SECONDS = 20
# How long the bridge waits for a whole request.
LIFE = 10
ENDS = {"approved", "declined", "not_completed", "failed", "rejected"}
PAGE = 1000


class Failure(Exception):
    pass


def free_port():
    """Below the ephemeral range, so that no outgoing connection takes the port before it is listened on."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", random.randrange(10_000, 32_000)))
            return probe.getsockname()[1]


def ask(port, path, method="GET", body=None, headers=None, timeout=5.0):
    """The status and the text of an answer on loopback; (None, why) if there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, {"Connection": "close", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return None, repr(error)
    finally:
        connection.close()


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(0.05)


class Broker:
    def __init__(self, folder):
        self.folder = folder
        self.call("start")
        words = (line.split("=", 1) for line in (folder / "env").read_text().splitlines())
        settings = dict(words)
        self.url = settings["AMQP_URL"].rstrip("/")
        management = urllib.parse.urlsplit(settings["MANAGEMENT_URL"])
        self.port = management.port
        secret = base64.b64encode(f"{management.username}:{management.password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/json"}
        until(lambda: ask(self.port, "/api/whoami", headers=self.headers)[0] == 200, READY_SECONDS, "the management port")

    def call(self, verb):
        log = self.folder.with_suffix(".log")
        with open(log, "ab") as output:
            words = [ROOT / "deploy" / "broker", verb, "--data", self.folder]
            if subprocess.run(words, stdout=output, stderr=output, stdin=subprocess.DEVNULL).returncode != 0:
                raise Failure(f"deploy/broker {verb}: {log.read_text()[-500:]}")

    def manage(self, method, path, body=None):
        data = None if body is None else json.dumps(body)
        status, text = ask(self.port, f"/api/{path}", method, data, self.headers)
        if status not in (200, 201, 204):
            raise Failure(f"{method} /api/{path}: {status} {text}")
        return text


class Watch(threading.Thread):
    """Looks at /readyz/commands and /livez ten times a second."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.looks = []
        self.lives = []
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            at = time.time()
            status, text = ask(self.port, "/readyz/commands?verbose", timeout=2.0)
            self.looks.append((at, status, re.findall(r"^\[-\] (\S+?)(?:: (.*))?$", text, re.MULTILINE)))
            at = time.time()
            alive = ask(self.port, "/livez", timeout=2.0)[0] == 200
            self.lives.append((at, alive, time.time() - at))

    def named(self, name, begin):
        """How many seconds after an instant an obstacle was named."""
        return next((at - begin for at, _, parts in self.looks if at >= begin and name in dict(parts)), None)

    def ready(self, begin):
        return next((at - begin for at, status, _ in self.looks if at >= begin and status == 200), None)

    def obstacles(self, begin, end):
        return sorted({name for at, _, parts in self.looks if begin <= at <= end for name, _ in parts})

    def slowest_life(self, begin, end):
        """The longest that an answer of /livez took; infinite if one did not come."""
        return max((took if alive else math.inf for at, alive, took in self.lives if begin <= at <= end), default=math.inf)


class World:
    """One disturbance's bridge with its own virtual host, store and simulator."""

    # Whether it is asked all the time how it is.
    watches = True

    def __init__(self, name, options, broker, settings=None, environment=None, errors=None):
        self.name, self.options, self.broker = name, options, broker
        self.folder = options.data / name
        self.settings, self.environment, self.errors = settings or {}, environment or {}, errors
        self.processes = {}
        self.cloud, self.callbacks, self.health, self.admin = (free_port() for _ in range(4))
        self.watch = Watch(self.health)

    def __enter__(self):
        self.folder.mkdir()
        self.broker.manage("PUT", f"vhosts/{self.name}")
        self.broker.manage("PUT", f"permissions/{self.name}/guest", {"configure": ".*", "write": ".*", "read": ".*"})
        self.configure()
        try:
            self.start("simulate", [self.simulator, "simulate", "--port", self.cloud, "--think-time", THINK_TIME,
                                    "--ledger-limit", 200_000])
            until(lambda: ask(self.cloud, "/simulator/ledger/summary")[0] == 200, READY_SECONDS, "the simulator")
            self.start("serve", [self.bridge, "serve", "--config", self.config], self.errors)
            until(lambda: ask(self.health, "/readyz/commands")[0] == 200, READY_SECONDS, "the bridge")
            if self.watches:
                self.watch.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.watch.ended.set()
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()
        self.broker.manage("DELETE", f"vhosts/{self.name}")

    @property
    def bridge(self):
        return self.options.binaries / "getnet-bridge"

    @property
    def simulator(self):
        return self.bridge

    @property
    def config(self):
        return self.folder / "getnet-bridge.yaml"

    @property
    def store(self):
        return self.folder / "bridge.sqlite"

    @property
    def url(self):
        return f"{self.broker.url}/{self.name}"

    def configure(self):
        keys = {
            "cloud.baseURL": f"http://127.0.0.1:{self.cloud}/api", "cloud.clientId": "demo-client",
            "cloud.clientSecret": "demo+secret/2026==", "cloud.country": "cl", "cloud.environment": "uat",
            "http.host": "127.0.0.1", "http.port": self.callbacks, "http.publicURL": f"http://127.0.0.1:{self.callbacks}",
            "health.host": "127.0.0.1", "health.port": self.health,
            "admin.port": self.admin, "admin.token": ADMIN_TOKEN, "shutdown.delay": "0s",
            "amqp.url": self.url, "store.url": f"sqlite:{self.store}", **self.settings,
        }
        groups = {}
        for key, value in keys.items():
            group, name = key.split(".", 1)
            groups.setdefault(group, []).append(f"  {name}: {value}\n")
        self.config.touch(mode=0o600)
        self.config.write_text("".join(f"{group}:\n" + "".join(lines) for group, lines in groups.items()))
        subprocess.run([self.bridge, "store", "init", "--config", self.config], check=True, stdout=subprocess.DEVNULL)

    def start(self, name, words, errors=None):
        variables = {key: value for key, value in os.environ.items() if not key.startswith("GETNET_BRIDGE_")}
        if name == "serve":
            variables.update(self.environment)
        with open(self.folder / f"{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen(
                [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log if errors is None else errors, env=variables, start_new_session=True,
            )

    def terminate(self, name, signal_number=signal.SIGTERM):
        """How many seconds a process takes to end after a signal; None if it does not."""
        begin = time.monotonic()
        self.processes[name].send_signal(signal_number)
        try:
            self.processes[name].wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        return time.monotonic() - begin

    # --- charges

    def load(self, name, seconds, rate, patience, **more):
        words = {"amqp": self.url, "seconds": seconds, "rate": rate, "patience": patience,
                 "output": self.folder / f"{name}.jsonl", **more}
        arguments = [f"--{key.replace('_', '-')}={value}" for key, value in words.items()]
        self.start(name, [self.options.binaries / "bridge-benchmark", "paced-charges", *arguments])

    def charges(self, name):
        """What became of each charge of a load, once all have ended or its patience has."""
        if self.processes[name].wait() != 0:
            raise Failure(f"the load ended badly: {(self.folder / f'{name}.log').read_text()[-500:]}")
        return [json.loads(line) for line in (self.folder / f"{name}.jsonl").read_text().splitlines()]

    def publish(self, command):
        message = {"properties": {"content_type": "application/json", "delivery_mode": 2, "timestamp": int(time.time())},
                   "routing_key": f"{command['type']}.main", "payload": json.dumps(command), "payload_encoding": "string"}
        self.broker.manage("POST", f"exchanges/{self.name}/getnet.commands/publish", message)

    def transaction(self, command_id):
        status, text = ask(self.admin, f"/v1/transactions?commandId={command_id}",
                           headers={"Authorization": f"Bearer {ADMIN_TOKEN}"})
        found = json.loads(text)["transactions"] if status == 200 else []
        return found[0] if found else None

    def metric(self, pattern):
        text = ask(self.health, "/metrics")[1]
        values = re.findall(rf"^getnet_bridge_{pattern} (\S+)$", text, re.MULTILINE)
        return sum(float(value) for value in values)

    # --- the cloud

    def control(self, path):
        status, text = ask(self.cloud, f"/simulator/{path}", "POST")
        if status != 204:
            raise Failure(f"POST /simulator/{path}: {status} {text}")

    def ledger(self, kind=""):
        entries = []
        while True:
            status, text = ask(self.cloud, f"/simulator/ledger{kind}?from={len(entries)}&limit={PAGE}", timeout=30.0)
            if status != 200:
                raise Failure(f"the ledger: {status} {text}")
            page = json.loads(text)
            entries += page
            if len(page) < PAGE:
                return entries

    def summary(self):
        return json.loads(ask(self.cloud, "/simulator/ledger/summary")[1])


class SlowClients(threading.Thread):
    """Connections that send a request one byte at a time; one that the bridge ends is opened again."""

    def __init__(self, ports):
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.opened = self.ends = 0
        now = time.monotonic()
        self.ports = list(itertools.chain.from_iterable([port] * SLOW_CONNECTIONS for port in ports))
        # As many come in each moment, within as long as the bridge lets one of them be.
        self.due = [now + LIFE * (number % SLOW_CONNECTIONS) / SLOW_CONNECTIONS for number in range(len(self.ports))]
        self.born = list(self.due)
        self.sockets = [None] * len(self.ports)

    def run(self):
        poll, numbers = select.poll(), {}
        while not self.ended.wait(0.05):
            for file, _ in poll.poll(0):
                number = numbers[file]
                with contextlib.suppress(OSError):
                    if self.sockets[number].recv(4096):
                        continue
                poll.unregister(file)
                self.sockets[number].close()
                self.sockets[number] = None
                self.ends += 1
                # One that had to make room for others comes again with its next byte: this is no flood of connections.
                if time.monotonic() - self.born[number] > LIFE - 1:
                    self.due[number] = time.monotonic() + 1
            now = time.monotonic()
            for number, due in enumerate(self.due):
                if due > now:
                    continue
                self.due[number] = now + SLOW_SECONDS
                with contextlib.suppress(OSError):
                    if self.sockets[number] is None:
                        self.sockets[number] = socket.create_connection(("127.0.0.1", self.ports[number]), 1)
                        self.born[number] = now
                        numbers[self.sockets[number].fileno()] = number
                        poll.register(self.sockets[number], select.POLLIN)
                        self.opened += 1
                    self.sockets[number].send(b"P")
        for connection in filter(None, self.sockets):
            connection.close()


class Tally:
    """What became of charges: what the events tell beside what the terminals did."""

    def __init__(self, charges, ledger):
        paid = collections.Counter()
        for entry in ledger:
            paid[entry.get("ticketNumber")] += len((entry.get("sale") or {}).get("payments", ()))
        self.count = len(charges)
        self.approved = self.doubled = self.lost = self.doubts = self.ever_doubted = self.wrong = 0
        self.others = collections.Counter()
        for charge in charges:
            told = charge["told"]
            ends = {event["id"]: event for event in told if event["status"] in ENDS}
            payments = paid[charge["reference"]]
            last = told[-1]["status"] if told else None
            self.ever_doubted += any(event["status"] == "in_doubt" for event in told)
            if payments > 1 or len(ends) > 1 or any(event["status"] == "contradicted" for event in told):
                self.doubled += 1
            elif not ends:
                self.doubts += last == "in_doubt"
                self.lost += last != "in_doubt"
            else:
                end = next(iter(ends.values()))
                if (end["status"] == "approved") != (payments == 1):
                    self.wrong += 1
                elif end["status"] == "approved":
                    self.approved += 1
                else:
                    self.others[f"{end['status']} {end.get('reason', '')}".strip()] += 1

    @property
    def is_perfect(self):
        return self.approved == self.count

    def __str__(self):
        others = "".join(f", {count} {what}" for what, count in self.others.most_common())
        return (f"{self.count} charges: {self.approved} approved once, {self.lost} lost, {self.doubled} doubled, "
                f"{self.doubts} in doubt, {self.wrong} told otherwise than paid{others}")


def percentile(charges, percent, begin, end):
    """Milliseconds from the command to its final event, of those sent in a stretch; infinite for what has no end."""
    samples = sorted(
        (min((event["at"] for event in charge["told"] if event["status"] in ENDS), default=math.inf) - charge["sentAt"]) * 1000
        for charge in charges if begin <= charge["sentAt"] < end
    )
    return samples[math.ceil(len(samples) * percent / 100) - 1] if samples else math.inf


def instant(text):
    """Seconds since 1970 of an instant in the simulator's ledger."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float(f"0.{fraction or 0}")
