#!/usr/bin/env python3
"""LMTP from a real client's library: what is answered with 250 is in the store once, whatever happens in between."""
import contextlib
import os
import random
import shutil
import signal
import smtplib
import socket
import stat
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house
from living import Daemon, mail, until

DESK = "abuse@provider.example"


class Client(smtplib.LMTP):
    """A socket may be a path of any length, and greets by itself."""


class Lmtp(house.Case):
    def daemon(self, extra="", **options):
        self.path = self.folder / "lmtp"
        settings = {"listen": self.path, "recipients": f"{DESK}, reply.example"} | options
        section = "[lmtp local]\n" + "".join(f"{k} = {v}\n" for k, v in settings.items() if v is not None)
        daemon = Daemon(self.folder, section + extra)
        self.addCleanup(daemon.stop)
        return daemon

    def client(self, path=None):
        client = Client(str(path or self.path), local_hostname="mx.provider.example", timeout=30)
        self.addCleanup(client.close)
        client.ehlo()
        return client

    @staticmethod
    def sent(client, raw, to=(DESK,), sender="reporter@example.com", options=()):
        """Code for each recipient after DATA."""
        code, words = client.mail(sender, list(options))
        if code != 250:
            return [code]
        codes = [client.rcpt(each)[0] for each in to]
        client.putcmd("data")
        code, _ = client.getreply()
        if code != 354:
            return codes + [code]
        client.send(smtplib._quote_periods(raw) + b".\r\n")
        return [client.getreply()[0] for code in codes if code == 250]

    def test_mail_is_kept_before_it_is_answered(self):
        daemon = self.daemon().start()
        client = self.client()
        self.assertEqual({name for name in ("pipelining", "8bitmime", "smtputf8", "size", "enhancedstatuscodes")
                          if client.has_extn(name)}, {"pipelining", "8bitmime", "smtputf8", "size", "enhancedstatuscodes"})
        # of a record of the journal, with what is put on top
        self.assertLessEqual(int(client.esmtp_features["size"]), (64 << 20) - (64 << 10))
        for i in range(20):
            self.assertEqual(self.sent(client, mail(i)), [250])
        daemon.kill()  # at once
        daemon.start()
        until(lambda: daemon.stored() == 20, 10, "all of them are stored")
        self.assertEqual(daemon.status()["sources"][0]["state"], "waiting")
        self.assertTrue(daemon.status()["health"]["heard"])
        daemon.stop()
        self.assertFalse(self.path.exists())
        daemon.run("store", "check")

    def test_bytes_arrive_as_they_are(self):
        daemon = self.daemon(recipients=None).start()
        client = self.client()
        raw = (b"Subject: dots\r\nMessage-ID: <dots@example.com>\r\n\r\n.\r\n..\r\n...x\r\n\n.\n\r.\r\n a\rb \xe4\xff\r\n" + b"y" * 70000 + b"\r\n")
        data = raw.replace(b"\r\n.", b"\r\n..")
        client.mail("a@example.com")
        client.rcpt("x@example.org")
        client.rcpt("\"odd one\"@example.org")
        client.putcmd("data")
        client.getreply()
        client.send(data + b".\r\nNOOP\r\nMAIL FROM:<>\r\nRSET\r\n")
        self.assertEqual([client.getreply()[0] for _ in range(5)], [250] * 5)
        until(lambda: daemon.stored() == 1, 10, "it is stored")
        daemon.stop()
        found = b"".join(f.read_bytes() for f in sorted(daemon.store.rglob("*")) if f.is_file() and "lock" not in f.name)
        self.assertIn(b"Return-Path: <a@example.com>\r\nDelivered-To: x@example.org\r\n"
                      b"Delivered-To: \"odd one\"@example.org\r\n" + raw, found)

    def test_recipients_and_limits(self):
        daemon = self.daemon(extra="[intake]\nmessage-size = 1MiB\n", timeout="2s", connections=3).start()
        client = self.client()
        to = (DESK, "ABUSE+case@Provider.example", "x@provider.example", "reply+token@reply.example", "x@notreply.example")
        client.mail("")
        self.assertEqual([client.rcpt(each)[0] for each in to], [250, 250, 550, 250, 550])
        client.rset()
        self.assertEqual(self.sent(client, mail(1), to=to), [250, 250, 250])
        self.assertEqual(self.sent(client, mail(2), to=("x@provider.example",)), [550, 503])
        client.rset()
        self.assertEqual(self.sent(client, mail(3), options=("SIZE=2000000",)), [552])
        self.assertEqual(self.sent(client, mail(3), options=("BODY=BINARYMIME",)), [501])
        self.assertEqual(self.sent(client, mail(3, size=2 << 20)), [552])
        self.assertEqual(self.sent(client, mail(4)), [250])
        self.assertEqual(client.docmd("EHLO x")[0], 500)
        self.assertEqual(client.docmd("VRFY x")[0], 252)
        self.assertEqual(client.docmd("X" * 5000)[0], 500)
        self.assertEqual(client.docmd("NOOP")[0], 250)
        others = [self.client() for _ in range(2)]
        with self.assertRaises((smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected)) as refused:
            self.client()
        self.assertIn("421", str(refused.exception))
        time.sleep(3)
        self.assertEqual(others[0].getreply()[0], 421)
        for other in others:
            other.close()
        client.close()
        with contextlib.closing(self.client()) as lost:
            for _ in range(30):
                with contextlib.suppress(smtplib.SMTPServerDisconnected):
                    code, _ = lost.docmd("WHAT")
            self.assertEqual(code, 421)
        until(lambda: daemon.stored() == 2, 10, "what was answered is stored")
        daemon.stop()

    def test_a_socket_of_its_owner(self):
        daemon = self.daemon(mode="0600").start()
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        daemon.kill()
        self.assertTrue(self.path.exists())
        daemon.start()  # the socket that was left makes way
        self.client()
        daemon.stop()
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as other:
            other.bind(str(self.path))
            other.listen()
            daemon.start()
            until(lambda: "somebody else listens there" in daemon.words(), 10, "it does not take it away")
            self.assertFalse(daemon.status()["health"]["heard"])
            daemon.stop()
        for listen, text in (("192.0.2.1:24", "for this host alone"), ("here", "nothing to listen on")):
            daemon.file.write_text(daemon.file.read_text().replace(f"listen = {self.path}", f"listen = {listen}"))
            done = daemon.run("config", "check", code=3)
            self.assertIn(text, (done.stdout + done.stderr).decode())
            daemon.file.write_text(daemon.file.read_text().replace(f"listen = {listen}", f"listen = {self.path}"))

    def test_over_loopback(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        daemon = self.daemon(listen=f"127.0.0.1:{port}").start()
        client = smtplib.LMTP("127.0.0.1", port, local_hostname="x", timeout=30)
        client.ehlo()
        self.assertEqual(self.sent(client, mail(1)), [250])
        client.quit()
        until(lambda: daemon.stored() == 1, 10, "it is stored")
        daemon.stop()

    def test_a_full_disk_says_later(self):
        daemon = self.daemon()
        limit = "ulimit -f 3000; exec " + " ".join([house.PROGRAM, "run", "--config", str(daemon.file)])
        with open(daemon.log, "ab") as log:
            daemon.process = subprocess.Popen(["bash", "-c", limit], stderr=log)
        until(lambda: self.path.exists() and daemon.status(), 20, "it runs")
        client = self.client()
        answers = [self.sent(client, mail(i, size=200000)) for i in range(40)]
        self.assertIn([250], answers)
        self.assertIn([451], answers)
        daemon.kill()
        daemon.start()
        until(lambda: daemon.stored() >= answers.count([250]), 20, "what was answered is stored")
        client = self.client()
        self.assertEqual([self.sent(client, mail(i, size=200000)) for i in range(40)], [[250]] * 40)
        until(lambda: daemon.stored() == 40, 20, "each of them once")
        daemon.stop()
        daemon.run("store", "check")

    def test_killed_at_random_while_mail_flows(self):
        deaths = int(os.environ.get("DEATHS", "8"))
        random.seed(4711)
        daemon = self.daemon(extra="[intake]\n")
        kept, number, over = set(), iter(range(1 << 30)), threading.Event()
        lock = threading.Lock()

        def hand_over():
            """As a queue does: the same mail again until it is answered."""
            waiting = None
            while not over.is_set():
                try:
                    with contextlib.closing(Client(str(self.path), local_hostname="x", timeout=10)) as client:
                        client.ehlo()
                        while not over.is_set():
                            if waiting is None:
                                with lock:
                                    waiting = next(number)
                            if self.sent(client, mail(waiting)) == [250]:
                                with lock:
                                    kept.add(waiting)
                                waiting = None
                except (OSError, smtplib.SMTPException):
                    time.sleep(0.02)
        threads = [threading.Thread(target=hand_over) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(deaths):
                daemon.start(wait=False)
                time.sleep(random.uniform(0.3, 1.2))
                daemon.kill()
            daemon.start()
            before = len(kept)
            until(lambda: len(kept) > before + 20, 30, "mail flows again")
        finally:
            over.set()
            for thread in threads:
                thread.join()
        time.sleep(0.3)
        seen = next(number)
        stored = daemon.stored()
        self.assertGreaterEqual(stored, len(kept))
        self.assertLessEqual(stored, seen)  # a mail without its answer may be there too
        daemon.stop()
        records = b"".join(f.read_bytes() for f in daemon.store.rglob("*") if f.is_file() and "lock" not in f.name)
        self.assertFalse([i for i in kept if b"Message-ID: <%d@example.com>" % i not in records])
        daemon.run("store", "check")


if __name__ == "__main__":
    unittest.main()
