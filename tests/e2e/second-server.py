#!/usr/bin/env python3
"""abusedesk run with a Cyrus IMAP server: what was built with one implementation holds with another."""
import os
import random
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cyrus
import house
from living import Daemon, imap, mail, until


class Cyrus(house.Case):
    @classmethod
    def setUpClass(cls):
        cls.server = cyrus.Cyrus()
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)

    def tearDown(self):
        with self.server.desk() as box:
            box.select("INBOX")
            box.store("1:*", "+FLAGS", "\\Deleted")
            box.expunge()
        for folder in ("processed", "unparsed"):
            self.server.admin.setquota(f"user/desk/{folder}", "()")
            self.server.admin.setacl(f"user/desk/{folder}", "admin", "lrswipkxtecda")
            self.server.admin.delete(f"user/desk/{folder}")

    def daemon(self, **options):
        daemon = Daemon(self.folder, imap(self.server, self.folder, **options))
        self.addCleanup(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
        return daemon

    def test_pulled_and_moved(self):
        self.server.deliver([mail(i) for i in range(400)])
        daemon = self.daemon(disposal="move", batch=50).start()
        until(lambda: daemon.stored() == 400, 60, "all are stored")
        until(lambda: self.server.count() == 0, 20, "none is left in the inbox")
        self.assertEqual(self.server.count("processed"), 400)
        self.assertEqual(self.server.count("processed", "UNSEEN"), 400)
        until(lambda: daemon.status()["health"]["heard"], 20, "it waits")
        self.server.deliver([mail(400)])
        until(lambda: daemon.stored() == 401, 10, "a mail that comes while it waits is stored")
        until(lambda: self.server.count("processed") == 401, 10, "and moved")
        daemon.stop()
        daemon.run("store", "check")

    def test_what_nobody_understands_goes_aside(self):
        unclear = (house.SOURCE / "fixtures/mails/triage/abuse-with-address-but-no-facts.eml").read_bytes()
        self.server.deliver([mail(0), unclear.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), mail(1)])
        daemon = self.daemon(disposal="move", unparsed_to="unparsed", port=self.server.port, tls="starttls").start()
        until(lambda: self.server.count() == 0, 20, "none is left in the inbox")
        self.assertEqual((self.server.count("processed"), self.server.count("unparsed")), (2, 1))
        daemon.stop()

    def test_killed_at_random_while_mail_flows(self):
        count = 0
        random.seed(1147)
        daemon = self.daemon(disposal="move", batch=20)
        for _ in range(4):
            self.server.deliver([mail(i) for i in range(count, count + 60)])
            count += 60
            daemon.start(wait=False)
            time.sleep(random.uniform(0.1, 1.0))
            daemon.kill()
        daemon.start()
        until(lambda: daemon.stored() == count, 60, f"all {count} are stored")
        until(lambda: self.server.count() == 0, 20, "none is left behind")
        self.assertEqual(self.server.count("processed"), count)
        daemon.stop()
        daemon.run("store", "check")

    def test_marked_and_resumed(self):
        self.server.deliver([mail(i) for i in range(20)])
        daemon = self.daemon(disposal="mark", keyword="$Done").start()
        until(lambda: daemon.stored() == 20, 20, "all are stored")
        with self.server.desk() as box:
            box.select("INBOX")
            until(lambda: box.noop() and len(box.search(None, "KEYWORD", "$Done")[1][0].split()) == 20, 20, "all are marked")
            self.assertEqual(box.search(None, "SEEN")[1][0], b"")
        daemon.stop()
        with self.server.desk() as box:
            box.select("INBOX")
            box.store("7", "-FLAGS", "$Done")
        self.server.deliver([mail(20)])
        daemon.start()
        until(lambda: daemon.stored() == 21, 20, "the new one is stored")
        until(lambda: daemon.status()["sources"][0]["mails"] == 2, 20, "and the one whose mark was taken away is read again")
        daemon.stop()

    def test_quota(self):
        self.server.expect(self.server.admin.create("user/desk/processed"))
        self.server.expect(self.server.admin.setquota("user/desk/processed", "(STORAGE 1)"))
        self.server.deliver([mail(i) for i in range(5)])
        daemon = self.daemon(disposal="move").start()
        until(lambda: "make room on the server" in daemon.words(), 20, "it says what to do")
        self.assertEqual(self.server.count(), 5)
        self.server.expect(self.server.admin.setquota("user/desk/processed", "()"))
        until(lambda: self.server.count() == 0, 20, "with room they are moved")
        self.assertEqual(daemon.stored(), 5)
        daemon.stop()


if __name__ == "__main__":
    if not cyrus.available():
        print("skipped: Cyrus is not unpacked; tools/unpack-packages build/packages says why")
        sys.exit(77)
    unittest.main()
