#!/usr/bin/env python3
"""abusedesk run with a real Dovecot: every mail becomes what it should, once, and soon."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house
from dovecot import Dovecot
from living import Daemon, imap, mail, until


class Running(house.Case):
    def setUp(self):
        super().setUp()
        self.server = self.enterContext(Dovecot()) if hasattr(self, "enterContext") else self.enter(Dovecot())

    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def daemon(self, sections="", **options):
        daemon = Daemon(self.folder, sections, **options)
        self.addCleanup(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
        return daemon

    def test_pulled_once_and_moved(self):
        count = int(os.environ.get("MAILS", "3000"))
        self.server.deliver([mail(i) for i in range(count)])
        daemon = self.daemon(imap(self.server, self.folder, disposal="move")).start()
        until(lambda: daemon.stored() == count, 60 + count / 100, "all are stored")
        until(lambda: self.server.count() == 0, 20, "none is left in the inbox")
        self.assertEqual(self.server.count(folder="processed"), count)
        self.assertEqual(self.server.count(folder="processed", seen=True), 0)
        started = time.time()
        self.server.deliver([mail(count)])
        until(lambda: daemon.stored() == count + 1, 10, "a mail that comes while it waits is stored")
        self.assertLess(time.time() - started, 2)
        status = daemon.status()
        self.assertEqual(status["sources"][0]["mails"], count + 1)
        self.assertTrue(status["health"]["heard"])
        daemon.stop()
        daemon.run("store", "check")


if __name__ == "__main__":
    unittest.main()
