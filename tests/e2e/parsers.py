#!/usr/bin/env python3
"""Formats that change under a running desk: a known sender's mails stop being understood, the desk is told once, a
definition of the site's own reads them, and what waited becomes reports, once. And what must never be shown is not."""
import base64
import io
import json
import unittest
import zipfile

from house import Case, lines, run

MARKER = "c2VjcmV0LW1hdGVyaWFsLW9mLXRoZS1yZXBvcnQ"  # stands in the evidence of the restricted report


def mail(number, sender="summaries@admin.spamcop.net"):
    return (f"From: {sender}\nTo: abuse@provider.example\nSubject: [SpamCop] weekly digest {number}\n"
            f"Date: Sat, 14 Nov 2026 0{number}:00:00 +0000\nMessage-ID: <{number}@mail.example>\n"
            "Content-Type: text/plain\n\nFigures of this week.\n"
            f"for node 192.0.2.{60 + number};\n")


RESTRICTED = {
    "xarf_version": "4.2.0", "report_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "timestamp": "2026-11-14T08:00:00Z",
    "reporter": {"org": "Watch", "contact": "reports@watch.example", "domain": "watch.example"},
    "sender": {"org": "Watch", "contact": "reports@watch.example", "domain": "watch.example"},
    "source_identifier": "192.0.2.69", "category": "content", "type": "csam", "url": "http://h69.example/x",
    "classification": "baseline", "detection_method": "hash_match",
    "evidence": [{"content_type": "image/jpeg", "payload": base64.b64encode(MARKER.encode()).decode(),
                  "hash": "sha256:" + "0" * 64}]}


class Parsers(Case):
    def setUp(self):
        super().setUp()
        self.mails = self.folder / "mails"
        self.mails.mkdir()
        self.inventory = self.folder / "inventory.jsonl"
        self.inventory.write_text("".join(json.dumps(
            {"prefix": f"192.0.2.{n}/32", "customer": f"c{n}", "server": f"h{n}", "valid_from": "2026-01-01T00:00:00Z",
             "contacts": [{"name": "Ida", "role": "owner", "mail": f"ida@c{n}.example", "phone": "+12025550123"}]}) + "\n"
            for n in range(60, 70)))
        self.store = self.folder / "store"

    def config(self, extra=""):
        path = self.folder / "site.conf"
        path.write_text(f"[store]\ndirectory = {self.store}\n{extra}")
        return ["--config", str(path)]

    def replay(self):
        run("replay", *self.config(), "--inventory", self.inventory, "--store", self.store, self.mails)

    def test_drift_and_reparse(self):
        for number in (1, 2, 3, 4):
            (self.mails / f"{number}.eml").write_text(mail(number))
        self.replay()
        listed = lines("triage", "list", "--json", *self.config())
        drifts = [row for row in listed if "sender_not_understood" in row]
        self.assertEqual([(d["sender_not_understood"], d["mails"], d["samples"]) for d in drifts],
                         [("spamcop.net", 4, [1, 2, 3])])
        self.assertEqual(len(listed) - len(drifts), 4)
        self.assertIn(b"Mails of spamcop.net are no longer understood", run("triage", "list", *self.config()).stdout)

        notices = self.folder / "notices.ini"
        notices.write_text("[spamcop digest]\nfrom = spamcop.net\nsubject = <*>weekly digest <*>\n"
                           "line = for node <source>;\ntype = messaging/spam\ninstant = yes\n")
        site = f"[parsers]\nnotices = {notices}\n"
        before = lines("store", "stats", "--json", *self.config(site))[0]
        run("triage", "reparse", "--since", "2026-11-14T02:30:00Z", *self.config(site))
        waiting = [row for row in lines("triage", "list", "--json", *self.config(site)) if "message" in row]
        self.assertEqual([row["message"] for row in waiting], [1, 2])
        run("triage", "reparse", *self.config(site))
        self.assertEqual(lines("triage", "list", "--json", *self.config(site)), [])
        after = lines("store", "stats", "--json", *self.config(site))[0]
        run("triage", "reparse", *self.config(site))
        self.assertEqual(lines("store", "stats", "--json", *self.config(site))[0], after)
        self.assertNotEqual(before, after)
        self.assertEqual(len(lines("case", "list", "--all", "--json", *self.config(site))), 4)

    def test_restricted_evidence_is_never_shown(self):
        path = self.mails / "restricted.json"
        path.write_text(json.dumps(RESTRICTED))
        secrets = (MARKER.encode(), base64.b64encode(MARKER.encode()))
        mailed = self.mails / "restricted.eml"
        mailed.write_text("From: reports@watch.example\nSubject: report\nDate: Sat, 14 Nov 2026 08:00:00 +0000\n"
                          "Message-ID: <r@watch.example>\nContent-Type: application/json; name=xarf.json\n\n" + json.dumps(RESTRICTED) + "\n")
        shown = [run("parse", *options, path).stdout for options in ([], ["--json"], ["--xarf"])]
        self.assertIn(b'"restricted": true', shown[1])
        path.unlink()
        letters = self.folder / "letters"
        letters.mkdir()
        self.replay()
        config = self.config()
        shown.append(run("case", "list", "--all", "--json", *config).stdout)
        cases = [json.loads(line) for line in shown[-1].splitlines()]
        self.assertEqual(len(cases), 1)
        number = str(cases[0].get("case") or cases[0].get("id"))
        shown += [run("triage", "show", *options, "1", *config).stdout for options in ([], ["--json"])]
        self.assertIn(b"restricted", shown[-1])
        shown += [run("case", "show", *options, number, *config).stdout for options in ([], ["--json"])]
        for text in shown:
            for secret in secrets:
                self.assertNotIn(secret, text)

    def test_restricted_words_are_never_shown(self):
        """Too broken to be known as what it is; its words stand in the subject, in base64, in quoted-printable."""
        place = "http://h69.example/hidden-place"
        body = f'{{"xarf_version": "4.2.0", "type": "csam", "url": "{place}", "source_identifier": "192.0.2.69"'
        head = "From: reports@watch.example\nDate: Sat, 14 Nov 2026 08:00:00 +0000\nMIME-Version: 1.0\n"
        coded = "Content-Type: application/json; name=xarf.json\nContent-Transfer-Encoding: base64\n\n"
        (self.mails / "1.eml").write_text(head + "Message-ID: <1@w.example>\nSubject: report\n" + coded + base64.encodebytes(body.encode()).decode())
        (self.mails / "2.eml").write_text(head + f"Message-ID: <2@w.example>\nSubject: CSAM abuse on 192.0.2.69 at {place}\n"
                                          "Content-Type: text/plain\n\nPlease remove the illegal abuse content from 192.0.2.69.\n")
        (self.mails / "3.eml").write_text(head + f"Message-ID: <3@w.example>\nSubject: abuse report {place}\n"
                                          "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n"
                                          f"abuse: 192.0.2.69 hosts child=20sexual abuse at {place}, please remove\n")
        self.replay()
        config = self.config()
        shown = [run(*what, *form, *config).stdout for form in ([], ["--json"])
                 for what in (["triage", "list"], ["case", "list", "--all"], *(["triage", "show", str(n)] for n in (1, 2, 3)))]
        shown += [run("case", "show", c["case"], "--json", *config).stdout for c in lines("case", "list", "--all", "--json", *config)]
        for text in shown:
            self.assertNotIn(b"hidden-place", text)
            self.assertNotIn(base64.b64encode(body.encode())[20:40], text)
        self.assertGreater(len(lines("triage", "list", "--json", *config)), 0)

    def test_a_report_of_something_else_that_speaks_of_it(self):
        """Understood as a report of another type, and a case: its URL is in no page, no letter and no output of parse."""
        place = "http://192.0.2.69/hidden-place/login"
        (self.mails / "1.eml").write_text(
            "From: desk@watch.example\nDate: Sat, 14 Nov 2026 08:00:00 +0000\nMessage-ID: <1@w.example>\nSubject: Phishing\n\n"
            f"Please take down this phishing page, hosted at 192.0.2.69: {place}\nThe same server offers child porn.\n")
        parsed = lines("parse", "--json", self.mails / "1.eml")
        self.assertEqual([(m["verdict"], r["type"]) for m in parsed for r in m["reports"]], [("reports", "phishing")])
        self.replay()
        config = self.config()
        cases = lines("case", "list", "--all", "--json", *config)
        self.assertEqual(len(cases), 1)
        shown = [run(*what, *form, *config).stdout for form in ([], ["--json"])
                 for what in (["case", "list", "--all"], ["case", "show", cases[0]["case"]], ["triage", "list"], ["triage", "show", "1"])]
        shown += [run("parse", *form, self.mails / "1.eml").stdout for form in ([], ["--json"], ["--xarf"])]
        for text in shown:
            self.assertNotIn(b"hidden-place", text)
        self.assertIn(b'"type": "phishing"', shown[-2])

    def test_what_an_archive_hides_is_named(self):
        """Bombs, too many entries, too deep, broken: the reason says which attachment; names from outside make no file."""
        row = b"ip,timestamp,category\n192.0.2.61,2026-11-14T07:00:00Z,spam\n"

        def packed(*entries):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in entries:
                    archive.writestr(name, data)
            return out.getvalue()
        outside = self.folder / "outside.csv"
        table = {
            "bomb.zip": (packed(("a.csv", row + b"\0" * (100 << 20))), 0, "attachment bomb.zip cannot be opened: it inflates beyond the limit"),
            "many.zip": (packed(*((f"{i}.csv", row) for i in range(300))), 200, "attachment many.zip cannot be opened: it has too many entries"),
            "deep.zip": (packed(("b.zip", packed(("c.zip", packed(("d.zip", packed(("d.csv", row)))))))), 0, "too deep within others"),
            "outside.zip": (packed((f"../../../..{outside}", row), (str(outside), row)), 2, ""),
        }
        for name, (data, count, said) in table.items():
            with self.subTest(name):
                path = self.folder / "packed.eml"
                path.write_text(f"From: feed@watch.example\nTo: abuse@provider.example\nSubject: abuse report feed\nMessage-ID: <{name}@w.example>\n"
                                f"Date: Sat, 14 Nov 2026 08:00:00 +0000\nMIME-Version: 1.0\nContent-Type: application/zip; name={name}\n"
                                f"Content-Disposition: attachment; filename={name}\nContent-Transfer-Encoding: base64\n\n"
                                + base64.encodebytes(data).decode())
                made = lines("parse", "--json", path)[0]
                self.assertEqual(len(made["reports"]), count)
                self.assertIn(said, made["reason"] + " ".join(made.get("row_faults", [])))
        self.assertFalse(outside.exists())

    def rows(self, *rows):
        (self.mails / "1.eml").write_text(
            "From: feed@watch.example\nTo: abuse@provider.example\nSubject: abuse feed\nDate: Sat, 14 Nov 2026 08:00:00 +0000\n"
            "Message-ID: <feed@watch.example>\nMIME-Version: 1.0\nContent-Type: text/csv; name=feed.csv\n"
            "Content-Disposition: attachment; filename=feed.csv\n\nip,timestamp,category\n" + "".join(row + "\n" for row in rows))

    def test_a_bad_row_is_named_and_the_rest_counts_once(self):
        self.rows("192.0.2.61,2026-11-14T07:00:00Z,spam", "nonsense,2026-11-14T07:00:00Z,spam", "192.0.2.62,2026-11-14T07:00:01Z,spam",
                  "203.0.113.9,2026-11-14T07:00:01Z,spam")
        self.replay()
        config = self.config()
        waiting = lines("triage", "list", "--json", *config)
        self.assertEqual([row["reason"] for row in waiting], ["row 3: its address is none"])
        before = lines("store", "stats", "--json", *config)[0], lines("case", "list", "--all", "--json", *config)
        self.assertEqual(len(before[1]), 2)
        for _ in range(3):
            run("triage", "reparse", *config)
        after = lines("store", "stats", "--json", *config)[0], lines("case", "list", "--all", "--json", *config)
        self.assertEqual([case["duplicates"] for case in after[1]], [0, 0])
        for name in ("reports", "reports_not_ours"):
            self.assertEqual(before[0][name], after[0][name], name)


if __name__ == "__main__":
    unittest.main()
