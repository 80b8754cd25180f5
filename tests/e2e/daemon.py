#!/usr/bin/env python3
"""abusedesk run with a real Dovecot: every mail becomes what it should, once, and soon."""
import contextlib
import imaplib
import mailbox
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house
from dovecot import PASSWORD, Dovecot
from living import Daemon, imap, mail, until
from names import SILENT, Names


class Mailbox:
    """What a test sees of the server: its own user's part."""

    def __init__(self, dovecot, user):
        self.dovecot, self.user, self.home, self.tls_port = dovecot, user, dovecot.home, dovecot.tls_port
        self.start, self.stop = dovecot.start, dovecot.stop

    def deliver(self, mails, folder=None):
        self.dovecot.deliver(mails, user=self.user, folder=folder)

    def client(self):
        box = imaplib.IMAP4("127.0.0.1", self.dovecot.port)
        box.login(self.user, PASSWORD)
        box.select("INBOX")
        return box

    def count(self, **options):
        return self.dovecot.count(user=self.user, **options)


class Running(house.Case):
    """One server, a user for each test."""

    @classmethod
    def setUpClass(cls):
        cls.dovecot = Dovecot(users=unittest.TestLoader().getTestCaseNames(cls))
        cls.dovecot.__enter__()
        cls.addClassCleanup(cls.dovecot.__exit__)

    def setUp(self):
        super().setUp()
        self.server = Mailbox(self.dovecot, self._testMethodName)

    def daemon(self, sections="", **options):
        daemon = Daemon(self.folder, sections, **options)
        self.addCleanup(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
        return daemon

    def test_pulled_once_and_moved(self):
        count = int(os.environ.get("MAILS", "2000"))
        self.server.deliver([mail(i) for i in range(count)])
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user, disposal="move")).start()
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


    def test_killed_at_random_while_mail_flows(self):
        deaths, count = int(os.environ.get("DEATHS", "12")), 0
        random.seed(4711)
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user, disposal="move", batch=20))
        for _ in range(deaths):
            self.server.deliver([mail(i) for i in range(count, count + 100)])
            count += 100
            daemon.start(wait=False)
            time.sleep(random.uniform(0.05, 1.2))
            daemon.kill()
        daemon.start()
        until(lambda: daemon.stored() == count, 60, f"all {count} are stored")
        until(lambda: self.server.count() == 0, 20, "none is left behind")
        self.assertEqual(self.server.count(folder="processed"), count)
        daemon.stop()
        daemon.run("store", "check")
        before = house.stats(daemon.store)
        daemon.run("store", "rebuild")
        self.assertEqual(house.stats(daemon.store)["messages"], before["messages"])

    def test_server_dies_in_mid_fetch(self):
        self.server.deliver([mail(i) for i in range(1500)])
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user, disposal="delete", batch=20)).start()
        for _ in range(3):
            seen = daemon.stored()
            until(lambda: daemon.stored() > seen or self.server.count() == 0, 20, "some more are stored")
            self.server.stop()
            until(lambda: not daemon.status()["health"]["heard"], 20, "it is deaf")
            self.server.start()
        until(lambda: daemon.stored() == 1500, 60, "all are stored")
        until(lambda: self.server.count() == 0, 20, "none is left behind")
        self.assertIn("tried again in", daemon.words())
        daemon.stop()

    def test_uid_validity_changes(self):
        self.server.deliver([mail(i) for i in range(50)])
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user)).start()
        until(lambda: daemon.stored() == 50, 20, "all are stored")
        daemon.stop()
        self.server.stop()
        for file in (self.server.home / "mail" / self.server.user).glob("dovecot*"):
            file.unlink()
        time.sleep(1.1)  # Dovecot takes the time for its UIDVALIDITY
        self.server.start()
        self.server.deliver([mail(50)])
        daemon.start()
        until(lambda: daemon.stored() == 51, 20, "the new one is stored")
        until(lambda: daemon.status()["sources"][0]["mails"] == 51, 20, "all are fetched again")
        self.assertIn("UIDVALIDITY", daemon.words())
        daemon.stop()
        daemon.start()
        until(lambda: daemon.status()["health"]["heard"], 20, "it waits")
        self.assertEqual(daemon.status()["sources"][0]["mails"], 0)
        daemon.stop()

    def test_configuration_is_checked_before_it_counts(self):
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user)).start()
        until(lambda: daemon.status()["health"]["heard"], 20, "it waits")
        right = daemon.file.read_text()
        daemon.file.write_text(right + "[intake]\ndeept = 5\n")
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: "not reloaded" in daemon.words(), 10, "it refuses")
        self.assertIn("did you mean 'depth'", daemon.words())
        daemon.file.write_text(right)
        self.assertEqual(daemon.status()["reloads"], 0)
        box = self.folder / "box"
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True)
        daemon.file.write_text(right + f"[maildir local]\npath = {box}\n[desk]\nopen-window = 3d\n")
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: daemon.status()["reloads"] == 1, 10, "it reloads")
        until(lambda: len(daemon.status()["sources"]) == 2, 10, "both sources are there")
        until(lambda: daemon.status()["health"]["heard"], 20, "both are heard")
        self.server.deliver([mail(1)])
        (box / "tmp/x").write_bytes(mail(2))
        os.rename(box / "tmp/x", box / "new/x")
        until(lambda: daemon.stored() == 2, 10, "both bring mail")
        self.assertEqual([f.name for f in (box / "cur").iterdir()], ["x:2,"])
        daemon.stop()

    def test_refusals_say_what_to_do(self):
        wrong = imap(self.server, self.folder, user=self.server.user)
        (self.folder / "password-abuse").write_text("wrong\n")
        daemon = self.daemon(wrong).start()
        until(lambda: "check user, the password or token" in daemon.words(), 20, "the password is refused")
        until(lambda: daemon.run("case", "list", "--json") and not daemon.status()["health"]["heard"], 5)
        until(lambda: "waiting windows stand still" in daemon.words(), 20, "it is written into the history")
        self.assertEqual(daemon.run("status", code=None).returncode, 3)
        (self.folder / "password-abuse").write_text("correct horse\n")
        until(lambda: daemon.status()["health"]["heard"], 20, "the right one counts without a restart")
        until(lambda: "replies can be heard again" in daemon.words(), 10, "and so does this")
        (self.folder / "password-abuse").chmod(0o644)
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: "chmod 600" in daemon.words(), 20, "an open password file is refused")
        self.assertNotIn("correct horse", daemon.words())
        daemon.stop()

    def test_retention(self):
        """The daemon looks for what is too old, as often as it is told; today's mail is not."""
        daemon = self.daemon("[store]\nretain-every = 1s").start()
        house.run("deliver", "--config", daemon.file, input=mail(1))
        until(lambda: daemon.words().count("Nothing to drop.") > 1, 20, "it has looked twice")
        self.assertEqual(daemon.stored(), 1)
        daemon.stop()

    def test_what_nobody_understands_goes_aside(self):
        unclear = (house.SOURCE / "fixtures/mails/triage/abuse-with-address-but-no-facts.eml").read_bytes()
        count = 60
        mails = [unclear.replace(b"Message-ID: <", b"Message-ID: <%d." % i) if i % 3 == 0 else mail(i) for i in range(count)]
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user, disposal="move", unparsed_to="unparsed", batch=7))
        random.seed(2002)
        for i in range(0, count, 15):
            self.server.deliver(mails[i:i + 15])
            daemon.start(wait=False)
            time.sleep(random.uniform(0.2, 1.0))
            daemon.kill()
        # What the journal has and the server still shows is moved to where it belongs.
        daemon.start()
        until(lambda: daemon.stored() == count and self.server.count() == 0, 60, "all are stored and moved")
        self.assertEqual((self.server.count(folder="processed"), self.server.count(folder="unparsed")), (40, 20))
        for name, odd in (("processed", 0), ("unparsed", 20)):
            box = self.server.home / "mail" / self.server.user / f".{name}"
            found = [f.read_bytes() for part in ("cur", "new") for f in (box / part).iterdir()]
            self.assertEqual(sum(b"words of mail" not in raw for raw in found), odd, name)
        daemon.stop()
        daemon.run("store", "check")

    def test_what_overtakes_the_verifier_is_not_taken_for_others(self):
        """Mails that are too long go past the verifier; each still goes where it belongs."""
        names = Names({"s1._domainkey.example.com": SILENT})
        signed = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=from; bh=%s; b=%s\r\n" % (b"A" * 43 + b"=", b"A" * 342 + b"==")
        long = [mail(i, size=1200000) for i in range(100, 105)]
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user, disposal="move", unparsed_to="unparsed")
                             + "\n[intake]\nmessage-size = 1MiB\n[authentication]\nverify-dkim = yes\n"
                             f"authserv-id = verify.provider.example\nresolvers = 127.0.0.1:{names.port}\ntimeout = 2s\n")
        self.server.deliver([raw for i in range(5) for raw in (signed + mail(i), long[i])])
        daemon.start()
        until(lambda: daemon.stored() == 10 and self.server.count() == 0, 60, "all are stored and moved")
        for name in ("processed", "unparsed"):
            box = self.server.home / "mail" / self.server.user / f".{name}"
            sizes = [f.stat().st_size for part in ("cur", "new") for f in (box / part).iterdir()]
            self.assertEqual([size > 20000 for size in sizes], [name == "unparsed"] * 5, name)
        daemon.stop()

    def test_mark_that_was_taken_away(self):
        self.server.deliver([mail(i) for i in range(10)])
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user, disposal="mark", keyword="$Done")).start()
        until(lambda: daemon.stored() == 10, 20, "all are stored")
        with self.server.client() as box:
            until(lambda: box.noop() and len(box.search(None, "KEYWORD", "$Done")[1][0].split()) == 10, 20, "all are marked")
            until(lambda: daemon.status()["health"]["heard"], 20, "it waits")
            daemon.stop()
            daemon.start()
            until(lambda: daemon.status()["health"]["heard"], 20, "it waits")
            self.assertEqual(daemon.status()["sources"][0]["mails"], 0, "nothing is fetched again")
            daemon.stop()
            box.store("4", "-FLAGS", "$Done")
            daemon.start()
            until(lambda: daemon.status()["sources"][0]["mails"] == 1, 20, "the one without the mark is")
            until(lambda: box.noop() and len(box.search(None, "KEYWORD", "$Done")[1][0].split()) == 10, 20, "and marked")
        daemon.stop()

    def test_server_whose_clock_is_ahead(self):
        self.server.deliver([mail(1)])
        new = self.server.home / "mail" / self.server.user / "new"
        for file in new.iterdir():
            os.utime(file, (time.time() + 7200, time.time() + 7200))
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user)).start()
        until(lambda: daemon.stored() == 1, 20, "it is stored")
        self.assertIn("its clock or ours is wrong; look at timedatectl", daemon.words())
        daemon.stop()

    def test_one_daemon_for_a_store(self):
        daemon = self.daemon().start()
        done = daemon.run("run", code=1)
        self.assertIn(b"another daemon runs", done.stderr)
        daemon.stop()

    def test_deliver(self):
        daemon = self.daemon()
        for i in range(3):
            daemon.run("deliver", input=mail(i))
        daemon.start()
        until(lambda: daemon.stored() == 3, 5, "what came before the start is stored")
        started = time.time()
        daemon.run("deliver", "--from", "list@example.com", input=mail(3))
        until(lambda: daemon.stored() == 4, 5, "one beside the daemon is stored")
        self.assertLess(time.time() - started, 2)
        daemon.run("deliver", input=mail(3))
        time.sleep(1)
        self.assertEqual(daemon.stored(), 4)
        daemon.stop()
        self.assertEqual(daemon.run("deliver", "--store", "/proc/none", input=mail(9), code=None).returncode, 75)

    def test_password_by_command(self):
        command = self.folder / "say"
        command.write_text("#!/bin/sh\necho 'correct horse'\n")
        command.chmod(0o755)
        section = imap(self.server, self.folder, user=self.server.user, password_command=command).replace(
            f"password-file = {self.folder}/password-abuse\n", "")
        self.server.deliver([mail(1)])
        daemon = self.daemon(section).start()
        until(lambda: daemon.stored() == 1, 20, "it logs in")
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            except OSError:
                continue
            if b"fetcher" in seen:
                self.assertNotIn(b"correct horse", seen)
        daemon.stop()

    def test_too_large_is_told_once(self):
        self.server.deliver([mail(1), mail(2, size=300000), mail(3)])
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user, disposal="move", message_size="100KiB")).start()
        until(lambda: daemon.stored() == 2, 20, "the others are stored")
        self.server.deliver([mail(4)])
        until(lambda: daemon.stored() == 3, 20, "and those that come later")
        self.assertEqual(self.server.count(), 1)
        self.assertEqual(daemon.words().count("is left alone"), 1)
        daemon.stop()
        daemon.start()
        until(lambda: daemon.status()["health"]["heard"], 20, "it reads on")
        self.assertEqual(daemon.words().count("is left alone"), 1)
        self.assertEqual(daemon.status()["sources"][0]["set_aside"], 1)
        daemon.stop()

    def test_full_disk_loses_nothing(self):
        self.server.deliver([mail(i, size=20000) for i in range(400)])
        daemon = self.daemon(imap(self.server, self.folder, user=self.server.user, disposal="delete", batch=20))
        limit = "ulimit -f 5000; exec " + " ".join([house.PROGRAM, "run", "--config", str(daemon.file)])
        with open(daemon.log, "ab") as log:
            daemon.process = subprocess.Popen(["bash", "-c", limit], stderr=log)
        until(lambda: "store:" in daemon.words(), 30, "the disk is full")
        time.sleep(1)
        self.assertIsNone(daemon.process.poll(), "it goes on")
        daemon.kill()
        daemon.start()
        until(lambda: daemon.stored() == 400, 30, "all are stored")
        until(lambda: self.server.count() == 0, 20, "none is left behind")
        daemon.stop()
        daemon.run("store", "check")


    def test_acts_on_what_is_due(self):
        out, key = self.folder / "out", self.folder / "key"
        out.mkdir()
        key.write_bytes(os.urandom(32))
        key.chmod(0o600)
        channels = "".join(f"{verb} = file {out}\n" for verb in (
            "warn", "advise", "call", "cut", "read-back", "notice", "restore", "restored", "tell", "acknowledge"))
        daemon = self.daemon()
        daemon.configure(imap(self.server, self.folder, user=self.server.user), extra=(
            f"include = {house.STORY}/story.conf\n[desk]\narmed = yes\nkey-file = {key}\n"
            f"gather-window = 0s\n[channel]\n{channels}"))
        daemon.start()
        daemon.run("inventory", "import", house.STORY / "inventory.jsonl")
        with contextlib.closing(mailbox.mbox(house.STORY / "story.mbox")) as story:
            self.server.deliver([m.as_bytes() for m in list(story)[:3]])
        until(lambda: len(daemon.json("case", "list")) == 1, 10, "a case is open")
        daemon.run("case", "confirm", "C-1", "email-compromise", "seen")
        until(lambda: daemon.json("case", "list")[0]["state"] == "warned", 10, "it is warned of")
        self.assertGreaterEqual(daemon.status()["carried_out"], 1)
        letters = [f for f in out.rglob("*") if f.is_file()]
        self.assertTrue(any(b"Reply-To: " in f.read_bytes() for f in letters), letters)
        fair = daemon.status()["health"]["fair"]
        until(lambda: daemon.status()["health"]["fair"] > fair, 10, "the fair clock runs")
        self.server.stop()
        until(lambda: not daemon.status()["health"]["heard"], 20, "it is deaf")
        time.sleep(1.1)
        fair = daemon.status()["health"]["fair"]
        time.sleep(2.5)
        self.assertEqual(daemon.status()["health"]["fair"], fair, "and the clock stands still")
        self.server.start()
        until(lambda: daemon.status()["health"]["fair"] > fair, 20, "until it hears again")
        daemon.stop()
        sent = len(letters)
        daemon.start()
        until(lambda: daemon.status()["health"]["acting"], 20, "it acts again")
        self.assertEqual(len([f for f in out.rglob("*") if f.is_file()]), sent, "nothing is sent twice")
        daemon.stop()
        daemon.run("store", "check")


if __name__ == "__main__":
    unittest.main()
