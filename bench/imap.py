#!/usr/bin/env python3
"""How fast mail comes in: abusedesk run against a real Dovecot, beside a raw client that only fetches.

usage: imap.py ABUSEDESK [MAILS]     one TSV line a case: name, value, unit"""
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/e2e"))
os.environ["ABUSEDESK"] = os.path.abspath(sys.argv[1])
os.environ.setdefault("FETCHER_MEMORY", "512MiB")
from dovecot import PASSWORD, Dovecot  # noqa: E402
from living import Daemon, imap, mail, until  # noqa: E402

COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 20000


def row(name, value, unit):
    print(f"{name}\t{value:.3f}\t{unit}", flush=True)


def raw_client(server, user, batch=200):
    """Everything in pipelined fetches; nothing is done with it."""
    peer = socket.create_connection(("127.0.0.1", server.port))
    peer.recv(4096)
    for command in (f'a LOGIN {user} "{PASSWORD}"', "b SELECT INBOX"):
        peer.sendall((command + "\r\n").encode())
        answer = b""
        while f"\n{command[0]} OK".encode() not in b"\n" + answer:
            answer += peer.recv(65536)
    commands = [f"f{i} UID FETCH {i}:{i + batch - 1} (UID INTERNALDATE BODY.PEEK[])" for i in range(1, COUNT + 1, batch)]
    started = time.time()
    peer.sendall(("\r\n".join(commands) + "\r\nz NOOP\r\n").encode())
    tail = b""
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
    return [int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{p}/status").read_text())[1]) / 1024 for p in pids]


def ask(daemon):
    """Over the socket: starting a program each time would be what is measured."""
    try:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(daemon.folder / "control"))
            peer.sendall(b"status\n")
            return json.loads(b"".join(iter(lambda: peer.recv(65536), b"")))
    except OSError:
        return None


def mails(daemon):
    answer = ask(daemon)
    return answer["sources"][0]["mails"] if answer else 0


def throughput(server, folder, disposal, user):
    daemon = Daemon(folder, imap(server, folder, user=user, port=server.port, tls="none", plaintext_login="yes",
                                 disposal=disposal)).start(wait=False)
    started = time.time()
    until(lambda: mails(daemon) == COUNT, 600, "all are taken")
    rate = COUNT / (time.time() - started)
    until(lambda: daemon.stored() == COUNT, 60, "all are stored")
    until(lambda: daemon.status()["sources"][0]["state"] == "waiting", 600, "all are done with")
    row(f"pull-{disposal}", rate, "mails/s from start of the process to the last mail taken")
    daemon.stop()


def latency(server, folder, count=100):
    daemon = Daemon(folder, imap(server, folder, user="late")).start()
    until(lambda: daemon.status()["health"]["heard"], 30, "it waits")
    took = []
    for i in range(count):
        before = mails(daemon)
        started = time.time()
        server.deliver([mail(i, sender="late")], user="late")
        while mails(daemon) == before:
            time.sleep(0.002)
        took.append(time.time() - started)
    took.sort()
    row("latency-p50", statistics.median(took) * 1000, "ms from delivery on the server (its own IDLE delay included)")
    row("latency-p99", took[int(len(took) * 0.99)] * 1000, "ms")
    row("commit-slowest", daemon.status()["slowest_commit_ms"], "ms from the first mail of a batch to its commit")
    daemon.stop()


def memory(server, folder, accounts):
    sections = "".join(imap(server, folder, name=f"m{i}", user=f"m{i}") for i in range(accounts))
    daemon = Daemon(folder, sections).start()
    until(lambda: all(s["state"] == "waiting" for s in daemon.status()["sources"]), 60, "all wait")
    sizes = resident(daemon.process.pid)
    row(f"memory-{accounts}-daemon", sizes[0], "MiB resident")
    row(f"memory-{accounts}-fetchers", sum(sizes[1:]), "MiB resident, shared pages counted in each")
    daemon.stop()


def in_folder(work, *arguments):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="abusedesk-bench-"))
    try:
        work(arguments[0], folder, *arguments[1:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


with Dovecot(users=("keep", "move", "late", *(f"m{i}" for i in range(50)))) as shared:
    for user in ("keep", "move"):
        shared.deliver([mail(i) for i in range(COUNT)], user=user)
    raw_client(shared, "keep")  # Dovecot makes its index
    row("raw-client", raw_client(shared, "keep"), "mails/s, fetched and thrown away")
    in_folder(throughput, shared, "keep", "keep")
    in_folder(throughput, shared, "move", "move")
    in_folder(latency, shared)
    for accounts in (1, 10, 50):
        in_folder(memory, shared, accounts)
