#!/usr/bin/env python3
"""IMAP servers that lie: the daemon goes on, says what it met, and reads its other mailboxes meanwhile."""
import os
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house
from living import Daemon, imap, mail, until

FLOOD = 8 << 20  # bytes of something endless; then the connection ends


class Liar:
    """Speaks IMAP as far as it must, then answers `command` with what `lie` sends."""

    def __init__(self, command, lie):
        self.command, self.lie, self.visits = command, lie, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            threading.Thread(target=self.speak, args=(peer,), daemon=True).start()

    def speak(self, peer):
        try:
            with peer:
                self.converse(peer)
        except OSError:
            pass

    def converse(self, peer):
        if self.command == "greeting":
            return self.lie(peer, b"*")
        peer.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        for line in peer.makefile("rb"):
            words = line.upper().split()
            if len(words) < 2:
                continue
            tag, name = words[0], b" ".join(words[1:3] if words[1] == b"UID" else words[1:2]).decode()
            listing = name == "UID FETCH" and b"BODY" not in line.upper()
            if (self.command == "listing" and listing) or \
                    (self.command == "fetch" and name == "UID FETCH" and not listing) or self.command == name.lower():
                return self.lie(peer, tag)
            if name == "SELECT":
                peer.sendall(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 2] .\r\n")
            if name == "CAPABILITY":
                peer.sendall(b"* CAPABILITY IMAP4rev1\r\n")
            if listing:
                peer.sendall(b"* 1 FETCH (UID 1 RFC822.SIZE 100)\r\n")
            peer.sendall(tag + b" OK done\r\n")

    def close(self):
        self.socket.close()


class Killer(Liar):
    """Has mails 1 to `count`; what it says of mail `poison` ends libetpan's parser with a signal."""

    def __init__(self, count, poison):
        self.count, self.poison = count, poison
        super().__init__("", None)

    def uids(self, words):
        for part in words.split(b","):
            first, _, last = part.partition(b":")
            yield from range(int(first), (self.count if last == b"*" else int(last or first)) + 1)

    def converse(self, peer):
        peer.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        for line in peer.makefile("rb"):
            words = line.upper().split()
            if words[1] == b"SELECT":
                peer.sendall(b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n" % self.count)
            if words[1] == b"CAPABILITY":
                peer.sendall(b"* CAPABILITY IMAP4rev1\r\n")
            if words[1:3] == [b"UID", b"FETCH"]:
                for uid in self.uids(words[3]):
                    self.say(peer, uid, b"BODY" in line)
            peer.sendall(words[0] + b" OK done\r\n")

    def say(self, peer, uid, body):
        raw = mail(uid)
        if not body:
            peer.sendall(b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(raw)))
        elif uid == self.poison:
            peer.sendall(b"* OK [PERMANENTFLAGS (\\]] .\r\n")
        else:
            peer.sendall(b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (uid, uid, len(raw), raw))


def flood(peer, start, piece):
    peer.sendall(start)
    for _ in range(FLOOD // len(piece)):
        peer.sendall(piece)


LIES = {
    "garbage for a greeting": ("greeting", lambda peer, tag: peer.sendall(bytes(range(256)) * 40)),
    "no greeting": ("greeting", lambda peer, tag: time.sleep(60)),
    "an endless greeting": ("greeting", lambda peer, tag: flood(peer, b"* OK ", b"x" * 65536)),
    "an endless line": ("select", lambda peer, tag: flood(peer, b"* OK ", b"x" * 65536)),
    "endless untagged answers": ("select", lambda peer, tag: flood(peer, b"", b"* 1 EXISTS\r\n" * 4096)),
    "a list nested deeply": ("listing", lambda peer, tag: peer.sendall(b"* 1 FETCH (BODYSTRUCTURE " + b"(" * 500000)),
    "UIDs that are none": ("listing", lambda peer, tag: peer.sendall(
        b"* 1 FETCH (UID 99999999999999999999 RFC822.SIZE 1)\r\n* 0 FETCH (UID 0 RFC822.SIZE 4294967296)\r\n" +
        tag + b" OK done\r\n")),
    "a literal of 4 GB": ("fetch", lambda peer, tag: flood(
        peer, b"* 1 FETCH (UID 1 BODY[] {4294967295}\r\n", b"y" * 65536)),
    "a literal larger than a number": ("fetch", lambda peer, tag: peer.sendall(
        b"* 1 FETCH (UID 1 BODY[] {99999999999999999999999}\r\nx")),
    "a literal that ends early": ("fetch", lambda peer, tag: peer.sendall(
        b"* 1 FETCH (UID 1 BODY[] {1000}\r\nonly this")),
    "a mail that nobody asked for": ("fetch", lambda peer, tag: peer.sendall(
        b"* 9 FETCH (UID 4000 BODY[] {4}\r\nabcd)\r\n" * 1500 + tag + b" OK done\r\n")),
    "NULs": ("fetch", lambda peer, tag: peer.sendall(b"* 1 FETCH (UID 1 BODY[] {4}\r\n\0\0\0\0\0)\r\n\0\0\0\r\n")),
}


class Hostile(house.Case):
    @staticmethod
    def source(daemon, label):
        return next(s for s in daemon.status()["sources"] if s["source"] == label)

    def test_lies(self):
        box = self.folder / "box"
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True)
        liars = {name: Liar(*lie) for name, lie in LIES.items()}
        sections = f"[maildir good]\npath = {box}\nreplies = no\n"
        for i, liar in enumerate(liars.values()):
            self.addCleanup(liar.close)
            section = imap(None, self.folder, name=f"lie-{i}", port=liar.port, tls="none", plaintext_login="yes",
                           timeout="3s")
            sections += section
        daemon = Daemon(self.folder, sections, stall="20s")
        daemon.start()
        self.addCleanup(lambda: daemon.process.poll() is None and daemon.kill())
        for i, (name, liar) in enumerate(liars.items()):
            with self.subTest(lie=name):
                until(lambda l=liar: l.visits >= 2, 90, "it comes back")
                self.assertIn(f"imap lie-{i}: ", daemon.words())
        (box / "new/x").write_bytes(mail(77))
        until(lambda: self.source(daemon, "maildir good")["mails"] == 1, 10, "the honest mailbox is read")
        self.assertIsNone(daemon.process.poll())
        for i, name in enumerate(liars):
            source = self.source(daemon, f"imap lie-{i}")
            self.assertGreaterEqual(source["troubles"] + source["mails"], 1, name)
        if os.environ.get("SHOW_WORDS"):
            print(daemon.words())
        daemon.stop()
        daemon.run("store", "check")

    def test_mail_that_kills_its_fetcher_twice(self):
        killer = Killer(30, poison=17)
        self.addCleanup(killer.close)
        daemon = Daemon(self.folder, imap(None, self.folder, port=killer.port, tls="none", plaintext_login="yes", batch=10))
        daemon.start()
        self.addCleanup(lambda: daemon.process.poll() is None and daemon.kill())
        until(lambda: daemon.status()["health"]["heard"] and daemon.stored() == 29, 60, "all but one are stored")
        source = daemon.status()["sources"][0]
        self.assertEqual((source["set_aside"], source["state"]), (1, "waiting"))
        self.assertIn("mail UID 17 in INBOX is left alone", daemon.words())
        # The first death is of a batch; then the mail is alone, twice.
        self.assertLessEqual(source["restarts"], 4)
        daemon.stop()
        daemon.run("store", "check")

    def test_mail_that_stops_its_fetcher_twice(self):
        liar = Liar("fetch", lambda peer, tag: time.sleep(60))
        self.addCleanup(liar.close)
        daemon = Daemon(self.folder, imap(None, self.folder, port=liar.port, tls="none", plaintext_login="yes",
                                          timeout="60s"), stall="5s")
        daemon.start()
        self.addCleanup(lambda: daemon.process.poll() is None and daemon.kill())
        until(lambda: daemon.status()["sources"][0]["set_aside"] == 1, 30, "it is left alone")
        until(lambda: daemon.status()["health"]["heard"], 20, "the rest is read")
        self.assertIn("mail UID 1 in INBOX is left alone", daemon.words())
        daemon.stop()
        daemon.start()
        self.assertEqual(daemon.status()["sources"][0]["set_aside"], 1)
        daemon.stop()


if __name__ == "__main__":
    unittest.main()
