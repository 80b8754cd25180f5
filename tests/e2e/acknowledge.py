#!/usr/bin/env python3
"""Acknowledgements: who gets one, what it says, and who never does."""
import email
import email.policy
import json
import time
import unittest

import house
from living import Daemon, until

OURS, STRANGER = "192.0.2.30", "203.0.113.9"


def report(number, address=OURS, sender="fbl@mailbox.example", auth="dkim=pass header.d=mailbox.example", age=60, head="",
           path="<bounces@mailbox.example>"):
    """An abuse report of a feedback loop, as our exchanger hands it on."""
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(time.time() - age))
    return (f"Return-Path: {path}\r\nAuthentication-Results: mx.provider.example; {auth}\r\n"
            f"Received: from mx.mailbox.example by mx.provider.example; {when}\r\n"
            f"From: Feedback <{sender}>\r\nTo: abuse@provider.example\r\nSubject: complaint {number}\r\n"
            f"Message-ID: <report-{number}@mailbox.example>\r\nDate: {when}\r\n{head}MIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\r\n\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\nA complaint.\r\n"
            "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
            f"Source-IP: {address}\r\nArrival-Date: {when}\r\n"
            f"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: spam{number}@example.com\r\nSubject: spam {number}\r\n"
            f"Message-ID: <spam-{number}@example.com>\r\n\r\nBuy.\r\n--b--\r\n").encode()


class Acknowledge(house.Case):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.out.mkdir()
        self.rows = self.folder / "inventory.jsonl"
        self.rows.write_text(json.dumps({"prefix": "192.0.2.0/24", "customer": "acorn", "server": "s1",
                                         "contacts": [{"name": "Ann", "role": "owner", "mail": "ann@acorn.example"}]}))

    def daemon(self, operator="acknowledge = yes", extra="", armed="yes"):
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        key = self.folder / "key"
        key.write_bytes(b"0123456789abcdef" * 4)
        key.chmod(0o600)
        others = "\n".join(f"{verb} = file {elsewhere}" for verb in
                           ("warn", "advise", "call", "cut", "read-back", "notice", "restore", "restored", "tell"))
        daemon = Daemon(self.folder, f"""
[desk]
key-file = {key}
name = Example Hosting
from = abuse@provider.example
mail = desk@provider.example
reply-domain = provider.example
armed = {armed}
{extra}
[intake]
trusted-authserv = mx.provider.example
trusted-hosts = mx.provider.example
[channel]
acknowledge = file {self.out}
{others}
[operator mailbox]
domains = mailbox.example
{operator}
""")
        house.run("inventory", "import", self.rows, "--config", daemon.file)
        self.addCleanup(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
        return daemon.start()

    def letters(self):
        return sorted((email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                       for file in self.out.glob("*.eml")), key=lambda letter: letter["In-Reply-To"])

    def after(self, daemon, *mails, letters):
        before = daemon.stored()
        for mail in mails:
            house.run("deliver", "--config", daemon.file, input=mail)
        until(lambda: daemon.stored() == before + len(mails), 20, "all are stored")
        if letters:
            until(lambda: len(self.letters()) >= letters, 20, "the letters are there")
        time.sleep(0 if letters else 1.5)
        self.assertEqual(len(self.letters()), letters)
        return self.letters()

    def test_what_they_say(self):
        daemon = self.daemon()
        once = report(1)
        first, stranger, old = self.after(daemon, once, report(2, STRANGER), report(3, age=20 * 86400), letters=3)
        for letter in (first, stranger, old):
            self.assertEqual((letter["To"], letter["Auto-Submitted"]), ("fbl@mailbox.example", "auto-replied"))
            self.assertEqual(letter["In-Reply-To"], letter["References"])
            self.assertNotIn("acorn", letter.as_string())
        self.assertEqual(first["In-Reply-To"], "<report-1@mailbox.example>")
        self.assertRegex(first.get_content(), r"192\[\.\]0\[\.\]2\[\.\]30: C-1\r?\n")
        self.assertRegex(stranger.get_content(), r"203\[\.\]0\[\.\]113\[\.\]9: not an address of ours\r?\n")
        self.assertRegex(old.get_content(), r"192\[\.\]0\[\.\]2\[\.\]30: C-1, though .* too old")
        house.run("deliver", "--config", daemon.file, input=once)  # seen before: answered before
        self.after(daemon, report(4, path="<>"), letters=3)
        daemon.stop()
        run = ["--config", daemon.file]
        house.run("store", "check", *run)
        before = house.lines("store", "stats", "--json", *run)
        house.run("store", "rebuild", *run)
        self.assertEqual(house.lines("store", "stats", "--json", *run), before)

    def test_who_gets_none(self):
        daemon = self.daemon()
        self.after(daemon,
                   report(1, path="<>"),
                   report(2, head="Auto-Submitted: auto-generated\r\n"),
                   report(3, head="Precedence: bulk\r\n"),
                   report(4, head="List-Id: <x.mailbox.example>\r\n"),
                   report(5, sender="noreply@mailbox.example"),
                   report(6, auth="dkim=fail header.d=mailbox.example"),
                   report(7, auth="none"),
                   report(8, auth="spf=pass smtp.mailfrom=mailbox.example"),
                   report(12, auth="dmarc=pass header.from=mailbox.example"),
                   report(9, auth="dkim=pass header.d=other.example"),
                   report(10, sender="victim@elsewhere.example"),
                   report(11, sender="victim@notmailbox.example"),
                   letters=0)
        daemon.stop()

    def test_nobody_by_default(self):
        daemon = self.daemon(operator="")
        self.after(daemon, report(1), letters=0)
        daemon.stop()

    def test_disarmed(self):
        daemon = self.daemon(armed="no")
        self.after(daemon, report(1), letters=0)
        daemon.stop()

    def test_only_so_many(self):
        daemon = self.daemon(extra="acknowledgements = 3")
        self.after(daemon, *[report(n, STRANGER) for n in range(1, 4)], letters=3)
        self.after(daemon, *[report(n, STRANGER) for n in range(4, 8)], letters=3)
        daemon.stop()


if __name__ == "__main__":
    unittest.main()
