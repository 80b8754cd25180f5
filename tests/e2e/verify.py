"""Signatures of arriving mail, made by an independent signer and checked by ours, with keys from a name server on loopback."""
import base64
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

import dkim

from house import Case, run
from living import Daemon, until
from names import REFUSED, SERVFAIL, SILENT, Names

ID = b"verify.example.net"
MAIL = (b"Received: from mx.example.com by mx.example.net; Mon, 02 Nov 2026 10:00:00 +0000\r\n"
        b"From: Reports <reports@example.com>\r\nTo: abuse@example.net\r\nSubject: Abuse from 192.0.2.7\r\n"
        b"Date: Mon, 02 Nov 2026 09:59:59 +0000\r\nMessage-ID: <1@example.com>\r\n\r\n"
        b"The host 192.0.2.7 sent spam.\r\n  Two  spaces. \r\n\r\n")
ARRIVED = 1700000000
REPORT = (b"From: Reports <reports@example.com>\r\nTo: abuse@example.net\r\nSubject: Abuse\r\n"
          b"Date: Mon, 02 Nov 2026 09:59:59 +0000\r\nMessage-ID: <2@example.com>\r\nMIME-Version: 1.0\r\n"
          b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
          b"--b\r\nContent-Type: text/plain\r\n\r\nAn abuse report.\r\n"
          b"--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
          b"Source-IP: 192.0.2.7\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@example.org\r\nSubject: buy\r\n\r\n"
          b"now\r\n--b--\r\n")


def rsa(folder, bits):
    path = pathlib.Path(folder) / f"{bits}-{time.monotonic_ns()}.pem"
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", path, str(bits)], check=True, capture_output=True)
    public = subprocess.run(["openssl", "rsa", "-in", path, "-pubout", "-outform", "DER"], check=True,
                            capture_output=True).stdout
    return path.read_bytes(), b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def ed25519():
    from nacl.signing import SigningKey
    key = SigningKey.generate()
    return (base64.b64encode(bytes(key)),
            b"v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(key.verify_key)))


def sign(mail, key, domain=b"example.com", selector=b"s1", tags=None, **options):
    """The mail with a signature on top. tags: written instead of, or besides, those of the signer."""
    plain = dkim.DKIM.gen_header

    def changed(self, fields, *rest, **more):
        given = dict(tags or {})
        fields = [(name, given.pop(name, value)) for name, value in fields]
        return plain(self, fields[:-2] + list(given.items()) + fields[-2:], *rest, **more)
    dkim.DKIM.gen_header = changed
    try:
        options = {"canonicalize": (b"relaxed", b"relaxed"),
                   "include_headers": [b"from", b"to", b"subject", b"date"]} | options
        tags = {b"t": str(ARRIVED - 10).encode()} | (tags or {})
        return dkim.sign(mail, selector, domain, key, **options) + mail
    finally:
        dkim.DKIM.gen_header = plain


class Verify(Case):
    @classmethod
    def setUpClass(cls):
        folder = os.environ.get("TMPDIR", "/tmp")
        cls.key, public = rsa(folder, 2048)
        cls.other, other = rsa(folder, 2048)
        cls.big, big = rsa(folder, 4096)
        cls.small, small = rsa(folder, 768)
        cls.edward, edward = ed25519()
        cls.names = Names({
            "s1._domainkey.example.com": public, "s1._domainkey.example.org": other, "big._domainkey.example.com": big,
            "small._domainkey.example.com": small, "ed._domainkey.example.com": edward,
            "test._domainkey.example.com": public.replace(b"k=rsa", b"k=rsa; t=y"),
            "revoked._domainkey.example.com": b"v=DKIM1; k=rsa; p=", "junk._domainkey.example.com": b"v=DKIM1; p=!!!!",
            "two._domainkey.example.com": [b"google-site-verification=1", public],
            "both._domainkey.example.com": [public, other],
            "long._domainkey.example.com": [public, b"x" * 2000],
            "silent._domainkey.example.com": SILENT, "fail._domainkey.example.com": SERVFAIL,
            "refused._domainkey.example.com": REFUSED, "s1._domainkey.attacker.example": other, "s1._domainkey.lists.example.org": other,
        })

    def setUp(self):
        super().setUp()
        self.config = self.folder / "abusedesk.conf"
        self.config.write_text(f"[authentication]\nverify-dkim = yes\nauthserv-id = {ID.decode()}\n"
                               f"resolvers = 127.0.0.1:{self.names.port}\ntimeout = 2s\n"
                               "[daemon]\nfetcher-memory = 0B\n")  # a sanitizer reserves terabytes

    def stamped(self, *mails):
        paths = []
        for number, mail in enumerate(mails):
            paths.append(self.folder / f"{number}.eml")
            paths[-1].write_bytes(mail)
        done = run("verify", "--config", self.config, "--json", *paths)
        return [json.loads(line)["authentication_results"] for line in done.stdout.splitlines()]

    def whole(self, mail):
        path = self.folder / "whole.eml"
        path.write_bytes(mail)
        return run("verify", "--config", self.config, "--mail", path).stdout

    def auth(self, mail):
        """What the parsers make of a mail that arrived so."""
        path = self.folder / "arrived.eml"
        path.write_bytes(mail)
        done = run("parse", "--config", self.config, "--json", path)
        return json.loads(done.stdout)["reports"][0]["_internal"]["auth"]

    def expect(self, mail, *patterns):
        stamp = self.stamped(mail)[0]
        self.assertEqual(stamp.count("dkim="), len(patterns), stamp)
        for part, pattern in zip(stamp.split("; ")[1:], patterns):
            self.assertRegex(part, "^" + pattern)
        return stamp

    PASS = "dkim=pass header.d=example.com header.s=s1 header.a=rsa-sha256$"

    def test_pass(self):
        for head in (b"relaxed", b"simple"):
            for body in (b"relaxed", b"simple"):
                self.expect(sign(MAIL, self.key, canonicalize=(head, body)), self.PASS)
        self.expect(sign(MAIL, self.big, selector=b"big"), "dkim=pass header.d=example.com header.s=big")
        self.expect(sign(MAIL, self.edward, selector=b"ed", signature_algorithm=b"ed25519-sha256"),
                    "dkim=pass header.d=example.com header.s=ed header.a=ed25519-sha256$")
        self.expect(MAIL, "dkim=none$")

    def test_line_ends_of_the_store(self):
        signed = sign(MAIL, self.key)
        self.expect(signed.replace(b"\r\n", b"\n"), self.PASS)
        self.expect(b"From MAILER Mon Nov  2 10:00:00 2026\n" + signed.replace(b"\r\n", b"\n"), self.PASS)

    def test_changes(self):
        signed = sign(MAIL, self.key)
        self.expect(signed.replace(b"192.0.2.7 sent", b"192.0.2.8 sent"), 'dkim=fail reason="the body was changed"')
        self.expect(signed.replace(b"Subject: Abuse", b"Subject: No abuse"), 'dkim=fail reason="the header was changed')
        self.expect(sign(MAIL, self.other), 'dkim=fail reason="the header was changed')
        self.expect(signed + b"More.\r\n", "dkim=fail")
        self.expect(signed.replace(b"Received:", b"X-Unsigned: yes\r\nReceived:"), self.PASS)

    def test_time(self):
        later = {b"t": b"1000000000", b"x": b"1000000100"}
        self.expect(sign(MAIL, self.key, tags=later), 'dkim=neutral reason="the signature has expired" header.d=example.com header.s=s1$')
        ahead = {b"t": str(int(time.time()) + 400 * 86400).encode()}
        self.expect(sign(MAIL, self.key, tags=ahead), 'dkim=neutral reason="the signature is from the future"')

    def test_keys(self):
        table = {
            b"none": 'dkim=permerror reason="there is no such key"', b"revoked": "dkim=permerror", b"junk": "dkim=permerror",
            b"test": 'dkim=neutral reason="the signer is testing"', b"two": "dkim=pass", b"both": "dkim=permerror",
            b"long": "dkim=pass", b"silent": "dkim=temperror", b"fail": "dkim=temperror", b"refused": "dkim=temperror",
        }
        for selector, verdict in table.items():
            with self.subTest(selector):
                self.expect(sign(MAIL, self.key, selector=selector), verdict + ".* header.s=" + selector.decode())
        self.expect(sign(MAIL, self.small, selector=b"small"), 'dkim=policy reason="the key is too short"')

    def test_silence_delays_nobody_for_ever(self):
        begin = time.monotonic()
        stamps = self.stamped(*[sign(MAIL, self.key, selector=b"silent")] * 20, sign(MAIL, self.key))
        self.assertEqual([s.split("dkim=")[1].split()[0] for s in stamps], ["temperror"] * 20 + ["pass"])
        self.assertLess(time.monotonic() - begin, 10)

    def test_two_signatures(self):
        mail = sign(sign(MAIL, self.key), self.key, domain=b"example.org")
        stamp = self.expect(mail, "dkim=fail .*header.d=example.org", self.PASS)
        self.assertIn("header.d=example.com", stamp)

    def test_more_signatures_than_anybody_needs(self):
        mail = MAIL
        for _ in range(40):
            mail = sign(mail, self.key)
        self.names.asked.clear()
        self.expect(mail, *[self.PASS] * 5)
        self.assertLessEqual(len(self.names.asked), 10)

    def test_foreign_domain(self):
        mail = sign(REPORT, self.other, domain=b"attacker.example")
        self.expect(mail, "dkim=pass header.d=attacker.example")
        auth = self.auth(self.whole(mail))
        self.assertEqual((auth["result"], auth["domain"]), ("pass", "attacker.example"))
        mail = sign(mail, self.key)
        self.assertEqual(self.auth(self.whole(mail))["domain"], "example.com")

    def test_length_tag(self):
        signed = sign(MAIL, self.key, length=True)
        for mail in (signed, signed + b"And 203.0.113.9 too.\r\n"):
            self.expect(mail, 'dkim=policy reason="the signature lets anybody add to the body"')
        self.expect(signed.replace(b"192.0.2.7 sent", b"192.0.2.8 sent"), "dkim=fail")

    def test_put_on_top(self):
        signed = sign(MAIL, self.key)
        for field in (b"From: You <you@attacker.example>", b"Subject: Abuse from 203.0.113.9",
                      b"Content-Type: multipart/mixed; boundary=x"):
            with self.subTest(field):
                mail = field + b"\r\n" + sign(b"Content-Type: text/plain\r\n" + MAIL, self.key)
                self.expect(mail, 'dkim=policy reason="[A-Za-z-]+ occurs more than once"')
                self.expect(b"X-A: b\r" + field + b"\r\n" + mail, "dkim=policy")
        names = [b"from", b"from", b"to", b"subject", b"date"]
        oversigned = sign(MAIL, self.key, include_headers=names)
        self.expect(oversigned, self.PASS)
        self.expect(b"From: you@attacker.example\r\n" + oversigned, "dkim=(fail|policy)")
        self.expect(signed, self.PASS)

    FORGED = (b"Authentication-Results: %b; dkim=pass header.d=example.com\r\n",
              b"authentication-results : %b 1; dkim=pass header.d=example.com\r\n",
              b"Authentication-Results:\r\n\t(hi; (\\) there)) %b;\r\n dkim=pass header.d=example.com\r\n",
              b"Authentication-Results: \"%b\"; dkim=pass header.d=example.com\r\n",
              b"X-A: b\rAuthentication-Results: %b; dkim=pass header.d=example.com\r\n",
              b"Authentication-Results:\r\n%b; dkim=pass header.d=example.com\r\n",
              b" ; dkim=pass header.d=example.com\r\n",
              b"; dkim=pass header.d=example.com\r\n",
              b"From x\r\n; dkim=pass header.d=example.com\r\n",
              b"\xef\xbb\xbf; dkim=pass header.d=example.com\r\n",
              b"\xef\xbb\xbfAuthentication-Results: %b; dkim=pass header.d=example.com\r\n")

    def test_forged_results(self):
        for field in self.FORGED:
            for name in (ID, ID.upper()):
                forged = field.replace(b"%b", name)
                with self.subTest(forged):
                    arrived = self.whole(forged + REPORT)
                    self.assertTrue(arrived.startswith(b"Authentication-Results: " + ID + b";\r\n dkim=none\r\n"))
                    path = self.folder / "arrived.eml"
                    path.write_bytes(arrived)
                    said = run("parse", "--config", self.config, "--json", path).stdout.decode()
                    self.assertNotIn('"result": "pass"', said)
        border = b"Authentication-Results: mx.example.net; dkim=pass header.d=" + ID + b"\r\n"
        self.assertIn(b"\n" + border, self.whole(border + MAIL))

    def test_what_goes_through_is_what_came(self):
        for mail in (MAIL, sign(MAIL, self.key), b"", b"\r\n", b"\n\nbody", b"no header at all", b"A: b", b"\0" * 100,
                     b"From: x\r\n" + bytes(range(256)) * 40):
            arrived = self.whole(mail)
            self.assertTrue(arrived.endswith(mail), (mail, arrived))

    def test_hostile_signatures(self):
        field = b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%b; s=%b; h=%b; bh=%b; b=%b\r\n"
        blanks = (b"", b"a" * 5000, b"..", b"\xff\xfe", b";;;=", b"x" * 70000, b"example.com\0", b"a b c", b"=", b"-" * 63)
        mails = [field % (one, b"s1", b"from", b"AAAA", b"AAAA") + MAIL for one in blanks]
        mails += [field % (b"example.com", one, b"from", b"AAAA", b"AAAA") + MAIL for one in blanks]
        mails += [field % (b"example.com", b"s1", one, one, one) + MAIL for one in blanks]
        mails += [b"DKIM-Signature:\r\n" + MAIL, b"DKIM-Signature:" + b" ;" * 20000 + b"\r\n" + MAIL,
                  b"DKIM-Signature: " + b"v=1; " * 10000 + b"\r\n" + MAIL, (b"DKIM-Signature: v=1\r\n" * 3000) + MAIL,
                  sign(MAIL, self.key)[:200], sign(MAIL, self.key).replace(b"From:", b"Fro:"),
                  sign(MAIL, self.key, tags={b"l": b"99999999999999999999"}), sign(MAIL, self.key, tags={b"h": b"from:" * 9000}),
                  b"DKIM-Signature: v=1" + b"\r\n x=1;" * 5000 + b"\r\n" + MAIL]
        stamps = self.stamped(*mails, sign(MAIL, self.key))
        self.assertEqual(len(stamps), len(mails) + 1)
        for stamp in stamps[:-1]:
            self.assertNotIn("dkim=pass", stamp)
            self.assertTrue(re.fullmatch(r"[ -~]*", stamp), stamp)
        self.assertIn("dkim=pass", stamps[-1])

    # ---- forwarders that seal ----

    LIST = b"lists.example.org"

    def forwarded(self, mail, results=b"dkim=pass header.d=example.com", domain=LIST, key=None, changed=b""):
        """As it leaves a forwarder that has found `results`, changed the mail and sealed it."""
        head, _, body = mail.partition(b"\r\n\r\n")
        mail = (b"Authentication-Results: " + domain + b"; " + results + b"\r\n" + head + b"\r\n\r\n"
                + changed + body)
        chain = dkim.ARC(mail).sign(b"s1", domain, key or self.other, domain,
                                    include_headers=[b"from", b"to", b"subject", b"date"])
        self.assertEqual(len(chain), 3)
        return b"".join(chain) + mail.partition(b"\r\n")[2]

    def trusting(self, *sealers):
        self.config.write_text(self.config.read_text().replace("timeout = 2s", "timeout = 10s")
                               .partition("[intake]")[0] + "[intake]\n"
                               f"trusted-sealers = {' '.join(sealers)}\n")

    def arc(self, mail):
        self.config.write_text(self.config.read_text().replace("timeout = 2s", "timeout = 10s"))
        stamp = self.stamped(mail)[0]
        return re.search("arc=.*", stamp)[0]

    def test_chain(self):
        once = self.forwarded(sign(REPORT, self.key), changed=b"A footer on top.\r\n")
        self.assertEqual(self.arc(once), "arc=pass arc.sealer=lists.example.org")
        self.assertEqual(self.arc(once.replace(b"\r\n", b"\n")), "arc=pass arc.sealer=lists.example.org")
        twice = self.forwarded(once, results=b"arc=pass; dkim=fail header.d=example.com", domain=b"example.com",
                               key=self.key, changed=b"Another one.\r\n")
        self.assertEqual(self.arc(twice), "arc=pass arc.sealer=example.com arc.sealer=lists.example.org")
        self.assertEqual(self.arc(b"From MAILER Mon Nov  2 10:00:00 2026\n" + once.replace(b"\r\n", b"\n")),
                         "arc=pass arc.sealer=lists.example.org")
        self.assertNotIn("arc=", self.stamped(REPORT)[0])

    def test_broken_chain(self):
        once = self.forwarded(sign(REPORT, self.key))
        twice = self.forwarded(once, results=b"arc=pass; dkim=pass header.d=example.com", domain=b"example.com", key=self.key)
        seal, message, results = [m.group() for m in re.finditer(rb"ARC-[^:]*: [^\r]*\r\n(?:[ \t][^\r]*\r\n)*", once)]
        for mail, reason in (
                (once.replace(b"An abuse", b"No abuse"), "the body was changed"),
                (once.replace(b"Subject: Abuse", b"Subject: None"), "the header was changed"),
                (once.replace(b"; dkim=pass header.d=example.com", b"; dkim=pass header.d=example.net"), "a seal is broken"),
                (once.replace(b"cv=none", b"cv=pass"), "a seal contradicts its place"),
                (twice.replace(b"cv=pass", b"cv=fail"), "a sealer found the chain broken"),
                (once.replace(seal, b""), "the chain has a gap"),
                (once.replace(results, b""), "the chain has a gap"),
                (results + once, "is there twice"),
                (twice.replace(results, b""), "the chain has a gap"),
                (once.replace(b"i=1; a=rsa", b"i=99; a=rsa"), "the chain is too long"),
                (once.replace(b"i=1; a=rsa", b"i=x; a=rsa"), "cannot be read"),
                (once.replace(b"; d=lists", b"; l=3; d=lists"), "cannot be read|lets anybody add|a seal is broken"),
                (once.replace(b"rsa-sha256", b"rsa-sha1"), "proves nothing"),
                (once.replace(b"s=s1", b"s=none"), "there is no such key"),
                (once.replace(b"d=lists.example.org; s=s1", b"d=example.com; s=revoked"), "a key is revoked"),
                (once.replace(b"Subject:", b"X-Odd: a\nARC-Authentication-Results: i=1; x; dkim=pass header.d=bank.example\r\nSubject:"),
                 "the header cannot be read in one way only"),
                (self.forwarded(REPORT).replace(b"From:", b"From: a@bank.example\r\nFrom:", 1), "From occurs more than once|header was changed")):
            self.assertRegex(self.arc(mail), f'^arc=(fail|policy) reason=".*({reason})')
        silent = self.forwarded(REPORT).replace(b"d=lists.example.org; s=s1", b"d=example.com; s=silent")
        self.assertRegex(self.arc(silent), "^arc=temperror")

    def test_trusted_sealers(self):
        broken = {"changed": b"A footer on top.\r\n"}
        unchanged = self.forwarded(sign(REPORT, self.key))
        once = self.forwarded(sign(REPORT, self.key), **broken)
        twice = self.forwarded(once, results=b"arc=pass; dkim=fail header.d=example.com", domain=b"example.com", key=self.key, **broken)
        forged = self.forwarded(REPORT, domain=b"attacker.example")
        over = self.forwarded(forged, results=b"arc=pass; dkim=none")
        passed = {"result": "pass", "by": "arc", "domain": "example.com"}
        for sealers, mail, wanted in (
                ((), once, None), (("lists.example.org",), once, passed), (("example.org",), once, passed),
                (("example.net",), once, None),
                (("lists.example.org",), unchanged, passed | {"by": "dkim"}),
                (("lists.example.org", "example.com"), twice, passed),
                (("lists.example.org",), twice, None),  # the newest is nobody whom we trust
                (("example.com",), twice, None),        # its own word says nothing good
                (("lists.example.org",), forged, None),
                (("lists.example.org",), over, None),   # a stranger's word below a trusted seal
                (("lists.example.org",), once.replace(b"An abuse", b"No abuse"), None),
                (("lists.example.org",), once.replace(b"header.d=example.com", b"header.d=example.net"), None),
                (("lists.example.org",), self.forwarded(REPORT, results=b"dmarc=pass header.from=example.com"), None),
                # all of that network's users may have written it
                (("lists.example.org",), self.forwarded(REPORT, results=b"spf=pass smtp.mailfrom=a@example.com"), passed | {"by": "spf"})):
            self.trusting(*sealers) if sealers else None
            stamped = self.whole(mail)
            got = self.auth(stamped)
            if wanted is None:
                self.assertNotEqual(got["result"], "pass", (sealers, stamped[:1500]))
            else:
                self.assertEqual({k: got[k] for k in wanted}, wanted, stamped[:1500])

    def test_configuration(self):
        for text, said in (("verify-dkim = yes\n", "needs authserv-id"),
                           (f"authserv-id = {ID.decode()}\nresolvers = nowhere\n", "is not the address of a resolver")):
            self.config.write_text("[authentication]\n" + text)
            self.assertIn(said, run("config", "check", "--config", self.config, code=3).stdout.decode())

    def running(self):
        self.inbox = self.folder / "inbox"
        for name in ("cur", "new", "tmp"):
            (self.inbox / name).mkdir(parents=True)
        daemon = Daemon(self.folder, f"[maildir inbox]\npath = {self.inbox}\npoll = 1s\n"
                        f"[authentication]\nverify-dkim = yes\nauthserv-id = {ID.decode()}\n"
                        f"resolvers = 127.0.0.1:{self.names.port}\ntimeout = 2s\n").start()
        self.addCleanup(daemon.stop)
        return daemon

    def arrive(self, number, mail):
        path = self.inbox / "tmp" / f"{number}.host"
        path.write_bytes(mail)
        path.rename(self.inbox / "new" / path.name)

    @staticmethod
    def journal(daemon):
        return b"".join(path.read_bytes() for path in sorted(daemon.store.glob("journal/*")))

    def verifiers(self, daemon):
        """Processes of this daemon that check signatures."""
        found = []
        for pid in pathlib.Path(f"/proc/{daemon.process.pid}/task/{daemon.process.pid}/children").read_text().split():
            try:
                if b"verifier" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(int(pid))
            except FileNotFoundError:
                pass
        return found

    def test_daemon(self):
        daemon = self.running()
        for number in range(150):
            self.arrive(number, sign(MAIL.replace(b"<1@", b"<a%d@" % number), self.key))
        until(lambda: daemon.stored() == 150, 60, "all are stored")
        self.assertEqual(self.journal(daemon).count(b"\n dkim=pass"), 150)
        self.assertFalse(list((self.inbox / "new").iterdir()))
        os.kill(self.verifiers(daemon)[0], signal.SIGKILL)  # whether noticed or not: the next mail is not to blame
        self.arrive(150, sign(MAIL.replace(b"<1@", b"<b@"), self.key))
        until(lambda: daemon.stored() == 151, 20, "it is stored after the verifier died")
        self.assertEqual(self.journal(daemon).count(b"\n dkim=pass"), 151)
        os.kill(self.verifiers(daemon)[0], signal.SIGSTOP)
        self.arrive(151, sign(MAIL.replace(b"<1@", b"<c@"), self.key))
        until(lambda: daemon.stored() == 152, 20, "it is stored although the verifier hangs")
        self.assertEqual(self.journal(daemon).count(b" dkim=temperror"), 1)
        self.assertIn("did not finish in time", daemon.words())
        self.arrive(152, self.FORGED[0].replace(b"%b", ID) + MAIL.replace(b"<1@", b"<d@"))
        until(lambda: daemon.stored() == 153, 20, "a forged one is stored")
        self.assertIn(b"Old-Authentication-Results: " + ID, self.journal(daemon))
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: "was reloaded" in daemon.words(), 20, "it has reloaded")
        self.arrive(153, sign(MAIL.replace(b"<1@", b"<e@"), self.key))
        daemon.run("deliver", input=sign(MAIL.replace(b"<1@", b"<f@"), self.key))
        until(lambda: daemon.stored() == 155, 20, "both are stored")
        self.assertEqual(self.journal(daemon).count(b"\n dkim=pass"), 153)
        daemon.stop()
        daemon.run("store", "check")

    def test_the_longest_mail(self):
        """What the journal cannot hold with its stamp is left alone; what it just can is taken, and those beside it."""
        most = (64 << 20) - (64 << 10)
        head = b"From: a@example.com\nMessage-ID: <%d@example.com>\nSubject: x\n\n"
        daemon = self.running()
        for number, size in enumerate((2000, most, most + 1)):
            self.arrive(number, (head % number).ljust(size, b"x"))
        until(lambda: daemon.stored() == 2, 60, "two are stored")
        until(lambda: not list((self.inbox / "new").iterdir()), 20, "none is left")
        self.assertIn("2.host is left alone, in cur: it is longer than message-size", daemon.words())
        self.assertNotIn("tried again", daemon.words())
        daemon.run("deliver", input=(head % 3).ljust(most + 1, b"x"), code=65)
        daemon.stop()


if __name__ == "__main__":
    unittest.main()
