#!/usr/bin/env python3
"""Warnings as the accused get them: where a report gives a URL, they learn which, and never who complained."""
import email
import email.policy
import json
import time
import unittest

import house
from living import Daemon, until
from lookup import xarf

PAGE = "http://192.0.2.30/shop/login/for-alpha/by-beta/aGVsbG8gd29ybGQgMTIzNDU2Nzg5/?user=victim@example.org"
SECRETS = ("alpha", "beta", "example.net", "victim", "aGVsbG8", "http://", "crawler", "192.0.2.30/shop")


class Letters(house.Case):
    def setUp(self):
        super().setUp()
        self.out, self.key, inventory = (self.folder / name for name in ("out", "key", "inventory.jsonl"))
        self.out.mkdir()
        self.key.write_bytes(b"0123456789abcdef" * 4)
        self.key.chmod(0o600)
        inventory.write_text(json.dumps({"prefix": "192.0.2.0/24", "customer": "acorn", "server": "s1",
                                         "contacts": [{"name": "Ann", "role": "owner", "mail": "ann@acorn.example"}]}))
        verbs = ("warn", "advise", "call", "cut", "read-back", "notice", "restore", "restored", "tell")
        self.daemon = Daemon(self.folder, f"""
[desk]
key-file = {self.key}
name = Example Hosting
from = abuse@provider.example
mail = desk@provider.example
reply-domain = provider.example
gather-window = 0s
armed = yes
[intake]
trusted-authserv = mx.example.net
[channel]
""" + "".join(f"{verb} = file {self.out}\n" for verb in verbs) + "".join(
            f"[operator {name}]\ndomains = {name}.example.net\ntrust = 100%\n" for name in ("alpha", "beta")))
        house.run("inventory", "import", inventory, "--config", self.daemon.file)
        self.addCleanup(lambda: self.daemon.process and self.daemon.process.poll() is None and self.daemon.kill())
        self.daemon.start()

    def warning(self, *mails):
        for mail in mails:
            house.run("deliver", "--config", self.daemon.file, input=mail)
        letters = until(lambda: [letter for letter in (
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in self.out.glob("*.eml"))
            if "ann@acorn.example" in str(letter["To"])], 30, "the warning is there")
        self.assertEqual(len(letters), 1)
        return letters[0]

    def reports(self, more=""):
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
        return [xarf(number, PAGE, who, when=when).replace(b"crawler", b"crawler" + more.encode())
                for number, who in enumerate(("alpha", "beta"))]

    def test_by_url(self):
        letter = self.warning(*self.reports())
        text = letter.get_body(("plain",)).get_content()
        self.assertIn("hxxp://192[.]0[.]2[.]30/shop/login/…/…/…/", text)
        for secret in SECRETS:
            self.assertNotIn(secret.lower(), text.replace("abuse@provider.example", "").lower(), secret)
        self.daemon.stop()

    def test_restricted(self):
        """One word of child abuse, and the same letter names no place."""
        text = self.warning(*self.reports(" child abuse")).get_body(("plain",)).get_content()
        self.assertNotIn("/shop", text)
        self.assertNotIn("child", text.lower())
        self.daemon.stop()


if __name__ == "__main__":
    unittest.main()
