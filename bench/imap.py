#!/usr/bin/env python3
"""How fast mail comes in: abusedesk run against a real Dovecot, beside a raw client on the same mails.

usage: imap.py ABUSEDESK [MAILS]     one TSV line a case: name, value, unit

The raw client sends all its commands at once, reads what comes, keeps nothing and understands nothing; where mails are
marked or moved, it does that too. abusedesk fetches, writes to the journal, syncs, and then disposes of them: `pull` is
until all of them are in the journal and disposed of, `cases` until all are parsed, correlated and committed. Both count
from the first mails that come to the last, so that connecting, logging in and listing, which do not depend on how many
there are or are done once, are in neither; `start` is what they take abusedesk, from the start of the process to the
first mail. The server shares the processors with both."""
import importlib.util
import json
import os
import pathlib
import random
import re
import shutil
import socket
import statistics
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/e2e"))
os.environ["ABUSEDESK"] = os.path.abspath(sys.argv[1])
os.environ.setdefault("FETCHER_MEMORY", "512MiB")
from dovecot import PASSWORD, Dovecot  # noqa: E402
from living import Daemon, imap, until  # noqa: E402

COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 60000
KEYWORD = "$Abusedesk"
DISPOSALS = {"keep": None, "mark": f"UID STORE {{}} +FLAGS.SILENT ({KEYWORD})", "move": "UID MOVE {} processed"}

spec = importlib.util.spec_from_file_location("reports", HERE / "mailbox.py")  # the standard library has one too
reports = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reports)


def report(number, rng):
    """A feedback report of 6 KB, without the line that an mbox begins with."""
    text = reports.mail(rng, number, reports.START + number, reports.address(number % 200), 6000)
    return text.split("\n", 1)[1].replace("\n", "\r\n").encode()


def row(name, value, unit):
    print(f"{name}\t{value:.3f}\t{unit}", flush=True)


def raw_client(server, user, disposal, batch=500):
    """Everything in pipelined commands; mails a second."""
    peer = socket.create_connection(("127.0.0.1", server.port))
    peer.recv(4096)
    for command in (f'a LOGIN {user} "{PASSWORD}"', "c CREATE processed", "b SELECT INBOX"):
        peer.sendall((command + "\r\n").encode())
        answer = b""
        while not re.search(rf"(^|\n){command[0]} (OK|NO)".encode(), answer):
            answer += peer.recv(65536)
    commands = []
    for first in range(1, COUNT + 1, batch):
        uids = f"{first}:{min(first + batch - 1, COUNT)}"
        commands.append(f"f{first} UID FETCH {uids} (UID INTERNALDATE BODY.PEEK[])")
        if DISPOSALS[disposal]:
            commands.append(f"d{first} {DISPOSALS[disposal].format(uids)}")
    peer.sendall(("\r\n".join(commands) + "\r\nz NOOP\r\n").encode())
    tail = peer.recv(1 << 20)
    started = time.time()
    while b"\r\nz OK" not in tail:
        piece = peer.recv(1 << 20)
        if not piece:
            raise SystemExit("the raw client was cut off")
        tail = (tail + piece)[-4096:]
    peer.close()
    return COUNT / (time.time() - started)


def resident(pid):
    """MiB of the process and its children."""
    pids = [str(pid)] + os.popen(f"pgrep -P {pid}").read().split()
    return [int(re.search(r"\nPss:\s+(\d+)", pathlib.Path(f"/proc/{p}/smaps_rollup").read_text())[1]) / 1024 for p in pids]


def ask(daemon, word="status"):
    """Over the socket: starting a program each time would be what is measured."""
    try:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(daemon.folder / "control"))
            peer.sendall(word.encode() + b"\n")
            return b"".join(iter(lambda: peer.recv(65536), b"")).decode()
    except OSError:
        return ""


def source(daemon):
    answer = ask(daemon)
    return json.loads(answer)["sources"][0] if answer else {"mails": 0, "state": ""}


def committed(daemon):
    found = re.search(r"^abusedesk_messages_total (\d+)", ask(daemon, "metrics"), re.M)
    return int(found[1]) if found else 0


def pull(server, folder, disposal, user):
    """Mails a second until all are kept and disposed of, and until all are committed; seconds until the first came."""
    folder.mkdir(parents=True)
    daemon = Daemon(folder, imap(server, folder, user=user, port=server.port, tls="none", plaintext_login="yes",
                                 disposal=disposal, keyword=KEYWORD)).start(wait=False)
    begun = time.time()
    count = until(lambda: source(daemon)["mails"], 600, "mails come")
    started = time.time()
    until(lambda: (s := source(daemon))["mails"] == COUNT and s["state"] == "waiting", 600, "all are kept")
    taken = (COUNT - count) / (time.time() - started)
    until(lambda: committed(daemon) == COUNT, 600, "all are committed")
    cases = (COUNT - count) / (time.time() - started)
    daemon.stop()
    return taken, cases, started - begun


def throughput(server, folder, disposal):
    user = f"{disposal}-0"
    if disposal == "keep":
        raw_client(server, user, "keep")  # the server makes its index
    raw = [raw_client(server, user, disposal)]
    ours = [pull(server, folder / "0", disposal, f"{disposal}-1")]
    for i in range(1, 3 if disposal == "keep" else 1):  # by turns; a moved mail is moved once
        raw.append(raw_client(server, user, disposal))
        ours.append(pull(server, folder / str(i), disposal, f"{disposal}-1"))
    taken, cases, start = (statistics.median(values) for values in zip(*ours))
    row(f"raw-{disposal}", statistics.median(raw), "mails/s, fetched and thrown away")
    row(f"pull-{disposal}", taken, "mails/s until all are in the journal and disposed of")
    row(f"pull-{disposal}-ratio", taken / statistics.median(raw), "of the raw client")
    row(f"cases-{disposal}", cases, "mails/s until all are committed")
    row(f"start-{disposal}", start, "s until the first mail, from nothing")


def idle_delay(server, count=20):
    """How long the server itself takes to tell a client that waits in IDLE."""
    peer = socket.create_connection(("127.0.0.1", server.port))
    for command in (None, f'a LOGIN late "{PASSWORD}"', "b SELECT INBOX", "c IDLE"):
        if command:
            peer.sendall((command + "\r\n").encode())
        time.sleep(0.5)
        peer.recv(65536)
    took = []
    for i in range(count):
        started = time.time()
        server.deliver([report(10000 + i, random.Random(i))], user="late")
        while b"EXISTS" not in peer.recv(65536):
            pass
        took.append(time.time() - started)
    peer.close()
    return statistics.median(took)


def latency(server, folder, count=200):
    row("idle-delay-p50", idle_delay(server) * 1000, "ms until the server tells a raw client")
    daemon = Daemon(folder, imap(server, folder, user="late")).start()
    rng = random.Random(3)
    until(lambda: source(daemon)["state"] == "waiting", 30, "it waits")
    took = []
    for i in range(count):
        time.sleep(rng.uniform(0, 0.05))
        before, raw = committed(daemon), report(i, rng)
        started = time.time()
        server.deliver([raw], user="late")
        while committed(daemon) == before:
            time.sleep(0.001)
        took.append(time.time() - started)
    took.sort()
    row("latency-p50", statistics.median(took) * 1000, "ms from delivery on the server to the commit")
    row("latency-p99", took[int(len(took) * 0.99)] * 1000, "ms")
    daemon.stop()


def memory(server, folder, accounts):
    sections = "".join(imap(server, folder, name=f"m{i}", user=f"m{i}") for i in range(accounts))
    daemon = Daemon(folder, sections).start()
    until(lambda: all(s["state"] == "waiting" for s in daemon.status()["sources"]), 60, "all wait")
    sizes = resident(daemon.process.pid)
    row(f"memory-{accounts}-daemon", sizes[0], "MiB, shared pages by their share")
    row(f"memory-{accounts}-fetchers", sum(sizes[1:]), "MiB, shared pages by their share")
    daemon.stop()


def in_folder(work, *arguments):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="abusedesk-bench-"))
    try:
        work(arguments[0], folder, *arguments[1:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


USERS = [f"{disposal}-{i}" for disposal in DISPOSALS for i in range(2)]
with Dovecot(users=("late", *USERS, *(f"m{i}" for i in range(50)))) as shared:
    generator = random.Random(20261101)
    mails = [report(i, generator) for i in range(COUNT)]
    for user in USERS:
        shared.deliver(mails, user=user)
    for disposal in DISPOSALS:
        in_folder(throughput, shared, disposal)
    in_folder(latency, shared)
    for accounts in (1, 10, 50):
        in_folder(memory, shared, accounts)
