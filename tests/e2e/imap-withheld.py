#!/usr/bin/env python3
"""IMAP servers that have a mail and do not send it: no mail is passed by in silence, and none that is gone is missed."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house
from hostile import Liar
from living import Daemon, imap, mail, until


class Server(Liar):
    """Has mails `uids`. `answer(server, peer, uid, raw)` sends what is to be sent for one of them that was asked for, and
    returns what the command is refused with, or None."""

    def __init__(self, uids, answer=None, listed=list, order=list, sizes=None, uid_next=None):
        self.uids, self.answer, self.listed, self.order = list(uids), answer, listed, order
        self.sizes, self.uid_next = sizes, uid_next  # sizes: how a list with sizes is refused
        self.asked, self.raw = {}, mail
        super().__init__("", None)

    def selected(self, words):
        wanted = set()
        for part in words.split(b","):
            first, _, last = part.partition(b":")
            last = max(self.uids, default=0) if last == b"*" else int(last or first)
            wanted |= set(range(int(first), max(last, int(first)) + 1))
        return wanted

    def converse(self, peer):
        peer.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        for line in peer.makefile("rb"):
            words, refused = line.upper().split(), None
            if words[1] == b"SELECT":
                peer.sendall(b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n" % len(self.uids))
                if self.uid_next:
                    peer.sendall(b"* OK [UIDNEXT %d] .\r\n" % self.uid_next)
            if words[1] == b"CAPABILITY":
                peer.sendall(b"* CAPABILITY IMAP4rev1\r\n")
            if words[1:3] == [b"UID", b"FETCH"]:
                wanted = self.selected(words[3])
                refused = self.say_mails(peer, wanted) if b"BODY" in line else self.say_list(peer, wanted, b"SIZE" in line)
            peer.sendall(words[0] + b" " + (refused or b"OK done") + b"\r\n")

    def say_list(self, peer, wanted, sizes):
        if sizes and self.sizes:
            return self.sizes
        lines = (b"* %d FETCH (UID %d%b)\r\n" % (uid, uid, b" RFC822.SIZE %d" % len(self.raw(uid)) if sizes else b"")
                 for uid in self.order(self.listed(self.uids)) if uid in wanted)
        peer.sendall(b"".join(lines))
        return None

    def say_mails(self, peer, wanted):
        refused = None
        for uid in [u for u in self.order(self.uids) if u in wanted]:
            self.asked[uid] = self.asked.get(uid, 0) + 1
            refused = (self.answer or send)(self, peer, uid, self.raw(uid)) or refused
        return refused


def send(_, peer, uid, raw):
    peer.sendall(b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (uid, uid, len(raw), raw))


def withholding(poison, instead=b"", refusal=None, times=None):
    """For these mails `instead` is sent, the first `times` times or always."""
    def answer(server, peer, uid, raw):
        if uid not in poison or times is not None and server.asked[uid] > times:
            return send(server, peer, uid, raw)
        peer.sendall(instead)
        return refusal
    return answer


def flags_between(server, peer, uid, raw):
    peer.sendall(b"* %d FETCH (FLAGS (\\Flagged))\r\n* %d FETCH (UID %d FLAGS ())\r\n" % (uid, uid, uid))
    send(server, peer, uid, raw)


def twice(server, peer, uid, raw):
    send(server, peer, uid, raw)
    send(server, peer, uid, raw)


def expunge_between(server, peer, uid, raw):
    if uid == 12:
        peer.sendall(b"* 3 EXPUNGE\r\n* 3 EXPUNGE\r\n")
    send(server, peer, uid, raw)


def vanishing(how, refusal=None):
    """Some servers answer with a body of nothing, or say no (RFC 2180)."""
    def answer(server, peer, uid, raw):
        if uid != 17:
            return send(server, peer, uid, raw)
        peer.sendall(how)
        server.uids = [u for u in server.uids if u != 17]
        return refusal
    return answer


MAILS = range(1, 31)
WITHHELD = {  # mail 17 is named, and never sent
    "NIL": withholding([17], b"* 5 FETCH (UID 17 BODY[] NIL)\r\n"),
    "an empty string": withholding([17], b"* 5 FETCH (UID 17 BODY[] \"\")\r\n"),
    "an empty literal": withholding([17], b"* 5 FETCH (UID 17 BODY[] {0}\r\n)\r\n"),
    "no body": withholding([17], b"* 5 FETCH (UID 17 FLAGS ())\r\n"),
    "no answer": withholding([17]),
    "a refusal": withholding([17], refusal=b"NO [SERVERBUG] cannot read it"),
    "a bad command": withholding([17], refusal=b"BAD what?"),
    "more than it may have": lambda server, peer, uid, raw: send(server, peer, uid, raw * (100 if uid == 17 else 1)),
}
SENT = {  # all of them come, however it is said
    "at the second try": {"answer": withholding([3, 17], times=1)},
    "the whole batch at the second try": {"answer": withholding(MAILS, times=1)},
    "one is refused at first": {"answer": withholding([17], refusal=b"NO [INUSE] later", times=1)},
    "flags in between": {"answer": flags_between},
    "each of them twice": {"answer": twice},
    "an expunge in between": {"answer": expunge_between},
    "the last first": {"order": reversed},
    "each listed twice, in no order": {"listed": lambda uids: [*uids[20:], *reversed(uids), *uids]},
    "sizes are refused": {"sizes": b"NO [SERVERBUG] cannot tell"},
    "UIDNEXT is wrong": {"uid_next": 3},
}
GONE = {  # mail 17 is listed, and gone when it is asked for
    "nothing of it": vanishing(b""),
    "a body of nothing": vanishing(b"* 17 FETCH (UID 17 BODY[] NIL)\r\n"),
    "an expunge": vanishing(b"* 17 EXPUNGE\r\n"),
    "a refusal": vanishing(b"", b"NO [EXPUNGEISSUED] some are gone"),
}


class Withheld(house.Case):
    def daemon(self, *servers, start=True, **options):
        options = {"tls": "none", "plaintext_login": "yes", "batch": 10, "message_size": "100KiB"} | options
        sections = "".join(imap(None, self.folder, name=f"odd-{i}", port=s.port, **options) for i, s in enumerate(servers))
        daemon = Daemon(self.folder, sections)
        self.addCleanup(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
        return daemon.start() if start else daemon

    def server(self, *arguments, **options):
        server = Server(*arguments, **options)
        self.addCleanup(server.close)
        return server

    @staticmethod
    def source(daemon, i=0):
        return next(s for s in daemon.status()["sources"] if s["source"] == f"imap odd-{i}")

    def read_all(self, daemon, names):
        for i, name in enumerate(names):
            until(lambda i=i: self.source(daemon, i)["state"] == "waiting", 60, f"{name}: it is read to the end")
        return {name: self.source(daemon, i) for i, name in enumerate(names)}

    def test_named_and_not_sent(self):
        servers = [self.server(MAILS, answer) for answer in WITHHELD.values()]
        daemon = self.daemon(*servers)
        for name, source in self.read_all(daemon, WITHHELD).items():
            with self.subTest(name):
                self.assertEqual((source["mails"], source["set_aside"], source["restarts"]), (29, 1, 0))
        self.assertEqual(daemon.words().count("mail UID 17 in INBOX is left alone"), len(servers))
        self.assertIn("cannot read it", daemon.words())
        daemon.stop()
        daemon.start()
        for name, source in self.read_all(daemon, WITHHELD).items():
            with self.subTest(name):
                self.assertEqual((source["mails"], source["set_aside"]), (0, 1))
        self.assertEqual(daemon.stored(), 30 if "more than it may have" not in WITHHELD else 29)
        daemon.stop()
        daemon.run("store", "check")

    def test_sent_in_odd_ways(self):
        daemon = self.daemon(*(self.server(MAILS, **options) for options in SENT.values()))
        for name, source in self.read_all(daemon, SENT).items():
            with self.subTest(name):
                self.assertEqual((source["mails"], source["set_aside"], source["restarts"]), (30, 0, 0))
        daemon.stop()

    def test_gone_meanwhile(self):
        daemon = self.daemon(*(self.server(MAILS, answer) for answer in GONE.values()))
        for name, source in self.read_all(daemon, GONE).items():
            with self.subTest(name):
                self.assertEqual((source["mails"], source["set_aside"], source["restarts"]), (29, 0, 0))
        self.assertNotIn("left alone", daemon.words())
        daemon.stop()

    def test_many_are_told_together(self):
        daemon = self.daemon(self.server(MAILS, withholding([2, 3, 4, 9])))
        source = self.read_all(daemon, ["many"])["many"]
        self.assertEqual((source["mails"], source["set_aside"]), (26, 4))
        self.assertIn("4 mails in INBOX are left alone", daemon.words())
        self.assertIn("UID 2:4,9", daemon.words())
        daemon.stop()

    def test_server_that_sends_nothing(self):
        """It is the server, not its mails: they wait until it is mended."""
        for refusal in (None, b"NO [UNAVAILABLE] no disk"):
            with self.subTest(refusal=refusal):
                server = self.server(MAILS, withholding(MAILS, refusal=refusal))
                daemon = self.daemon(server)
                until(lambda d=daemon: self.source(d)["restarts"] >= 2, 60, "it is tried again")
                source = self.source(daemon)
                self.assertEqual((source["state"], source["set_aside"]), ("trouble", 0))
                self.assertIn("mail UID 1 in INBOX: the server names it, but does not send it", source["trouble"])
                server.answer = send
                self.assertEqual(self.read_all(daemon, ["mended"])["mended"]["mails"], 30)
                daemon.kill()
                self.setUp()

    def test_one_mail_that_never_comes(self):
        """Nothing shows that the server works; so it has some time."""
        server = self.server([5], withholding([5]))
        daemon = self.daemon(server)
        source = self.read_all(daemon, ["alone"])["alone"]
        self.assertEqual((source["mails"], source["set_aside"]), (0, 1))
        self.assertGreaterEqual(source["restarts"], 5)
        server.uids.append(6)
        daemon.kill()
        daemon.start()
        self.assertEqual(self.read_all(daemon, ["alone"])["alone"]["mails"], 1)
        daemon.stop()

    def test_numbers_begin_again(self):
        """A server restored from an old copy, with its UIDVALIDITY: what has come since has numbers that we have seen."""
        server = self.server(MAILS, withholding([25]), uid_next=31)
        daemon = self.daemon(server)
        self.assertEqual(self.read_all(daemon, ["before"])["before"]["set_aside"], 1)
        daemon.stop()
        server.uids, server.uid_next, server.answer = [*range(1, 21), 21, 25], 26, None
        server.raw = lambda uid: mail(uid if uid < 21 else 1000 + uid)
        daemon.start()
        source = self.read_all(daemon, ["after"])["after"]
        self.assertEqual((source["mails"], source["set_aside"]), (22, 0))
        self.assertEqual(daemon.stored(), 31)
        self.assertIn("begins again with UID 26", daemon.words())
        daemon.stop()
        daemon.start()
        self.assertEqual(self.read_all(daemon, ["again"])["again"]["mails"], 0)
        self.assertEqual(daemon.words().count("begins again"), 1)
        daemon.stop()


if __name__ == "__main__":
    unittest.main()
