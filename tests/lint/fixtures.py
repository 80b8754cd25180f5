#!/usr/bin/env python3
"""Fixtures name nobody real: no address outside the documentation ranges, no domain that somebody owns, no phone number that rings.

usage: fixtures.py FOLDER...      exit 1 and one line for each finding
       fixtures.py --plant        prove that each rule finds what it is there for

A real domain may stand only where a format is recognised by it; SENDERS lists those, with why. Archives, compressed and
transfer-encoded parts are looked into, to any depth that a fixture uses.
"""
import email, email.policy, gzip, io, ipaddress, pathlib, re, sys, tempfile, zipfile, zlib

DOCUMENTATION = [ipaddress.ip_network(n) for n in (
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20",  # RFC 5737, 3849, 9637
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7",       # private
    "127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10", "0.0.0.0/32", "::/128",    # nobody's
    "255.255.255.255/32")]

# Reserved for examples (RFC 2606, 6761).
RESERVED = re.compile(r"(^|\.)(example|invalid|test|localhost|local|example\.(com|net|org))$")

# Registered domains by which a format is recognised, or that a schema names. Subdomains are allowed with them.
SENDERS = """
    aol.com aol.net yahoo.com hotmail.com outlook.com live.com icloud.com google.com googlemail.com
    mail.ru yandex.ru yandex.net zoho.com cox.net fastmail.com hostedemail.com rackspace.com senderscore.net
    synacor.com usa.net rr.com bluetie.com terra.com xs4all.net juno.com woody.ch iecc.com usgoabuse.net
    powerweb.de junkemailfilter.com 126.com amazonses.com abusix.com spamcop.net spamhaus.org uceprotect.net
    blocklist.de clean-mx.de netcraft.com cyscon.de c-sirt.org webiron.com projecthoneypot.org shadowserver.org
    abusehub.nl nbip.nl dtc.nl ip-echelon.com copyright-compliance.com cegtek.com acns.net nfoservers.com sony.com
    playstation.net abuse.io haveibeenpwned.com fail2ban.org x-arf.org xarf.org abuse.ch team-cymru.org
    cloudflare.com exchangelabs.com office365.com
    cert-bund.de bsi.bund.de csirt.cz cert.pl cert.at w3.org ietf.org spamlogin.com openxmlformats.org
""".split()

# Endings that make a bare dotted word a domain; after "@" or "://" any ending does.
ENDINGS = "com net org edu gov mil info biz eu de at ch fr es it nl be pl cz ru uk us ca au jp cn kr in br se no fi dk pt io me tv co".split()

# Numbers set aside for fiction: NANP 555-01xx; Ofcom, Bundesnetzagentur, ARCEP and ACMA drama ranges.
FICTION = re.compile(r"^(1\d{3}55501\d\d|44(1632960|2079460|7700900)\d{3}|4930(23125|555)\d{3,5}|49(22147104?|6990009|4066969|8999998)\d{2,4}"
                     r"|33(19900|26191|35301|46571|53649|63998)\d{4}|61(255|355|755|855)50\d{5}|61491570\d{3})$")

IPV4 = re.compile(rb"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)")
IPV6 = re.compile(rb"(?<![\w:.])(?:IPv6:)?([0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?::\d+\.\d+\.\d+\.\d+)?)(?![\w:]|\.\d)")
LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
NAMED = re.compile(rb"(?:@|[a-z]xxps?://|://|\bdns; ?)((?:" + LABEL + rb"\.)+[A-Za-z][A-Za-z0-9-]+)")
BARE = re.compile(rb"(?<![\w.@/=-])((?:" + LABEL + rb"\.)+(?:" + "|".join(ENDINGS).encode() + rb"))(?![\w-]|\.\w)", re.I)
PHONE = re.compile(rb"(?<![\w.])(?:\+|00)([1-9][\d ()/.-]{6,18}\d)|\b(?:tel|phone|telefon|fax|mobil|gsm)[a-z]*[.:]* *(\+?\d[\d ()/.-]{5,18}\d)", re.I)
DEFANG = re.compile(rb"\[\.\]|\(\.\)|\[dot\]|\(dot\)")


def findings(data):
    """What is wrong in one run of bytes: (what, text)."""
    data = DEFANG.sub(b".", data).replace(b"[:]", b":").replace(b"hxxp", b"http")
    for m in IPV4.findall(data):
        try:
            address = ipaddress.ip_address(m.decode())
        except ValueError:
            continue  # a version number
        if not any(address in n for n in DOCUMENTATION):
            yield "address", m.decode()
    for m in IPV6.findall(data):
        try:
            address = ipaddress.ip_address(m.decode())
        except ValueError:
            continue  # a time of day
        address = getattr(address, "ipv4_mapped", None) or address
        if not any(address in n for n in DOCUMENTATION):
            yield "address", m.decode()
    for m in set(NAMED.findall(data)) | set(BARE.findall(data)):
        name = m.decode().lower()
        if IPV4.fullmatch(m) or RESERVED.search(name) or any(name == s or name.endswith("." + s) for s in SENDERS):
            continue
        yield "domain", name
    for a, b in PHONE.findall(data):
        digits = re.sub(rb"\D", b"", a or b).decode()
        if len(digits) >= 8 and not FICTION.match(digits) and not FICTION.match("49" + digits.lstrip("0")):
            yield "phone number", (a or b).decode()


def layers(data, name, depth=0):
    """The bytes themselves, and whatever is encoded, compressed or archived in them."""
    yield data
    if depth > 6:
        return
    inner = []
    try:
        if data[:2] == b"\x1f\x8b":
            inner.append(zlib.decompressobj(31).decompress(data, 1 << 24))
        elif data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as z:
                inner += [z.read(n) for n in z.namelist()]
        elif re.match(rb"[\w>-][^\n]*[: ]", data) and b"\n" in data:
            for part in email.message_from_bytes(data, policy=email.policy.compat32).walk():
                if part.get("Content-Transfer-Encoding", "").strip().lower() in ("base64", "quoted-printable"):
                    if isinstance(part.get_payload(), str):
                        inner.append(part.get_payload(decode=True))
                    else:
                        inner.append(part.get_payload()[0].as_bytes())
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error, LookupError, RecursionError, NotImplementedError):
        pass  # broken on purpose
    for i in inner:
        if i and i != data:
            yield from layers(i, name, depth + 1)


def check(root):
    found = 0
    for path in sorted(p for p in pathlib.Path(root).rglob("*") if p.is_file()):
        seen = set()
        for layer in layers(path.read_bytes(), path.name):
            for what, text in findings(layer):
                if (what, text) not in seen:
                    seen.add((what, text))
                    print(f"{path}: {what} that may be real: {text}")
                    found += 1
    return found


def plant():
    """Each of these must be found once, each of the harmless ones not at all."""
    import base64
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as z:
        z.writestr("a.csv", "ip\n8.8.4.4\n")
    mail = b"From: a@a.example\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n"
    bad = {"address": b"from 8.8.8.8 port 22", "defanged": b"9[.]9[.]9[.]9", "v6": b"by 2606:4700::1111;", "url": b"see https://bank.lu/x",
           "mailbox": b"to <jane@company.co.nz>", "bare": b"Reported: shop.de", "phone": b"call +49 171 4802507", "tel": b"Phone: 020 7123 4567 8",
           "base64": mail + base64.encodebytes(b"attacker 1.1.1.1\n"), "zip": mail + base64.encodebytes(zipped.getvalue()),
           "gzip": gzip.compress(b"8.8.8.8")}
    good = {"doc": b"192.0.2.1 2001:db8::1 ::ffff:192.0.2.1 10.1.2.3 [203.0.113.4]:25", "version": b"(7.5.7601.23143) 08:14:55 MIME::Lite",
            "name": b"a@b.example https://www.example.org/ scomp@aol.net report.txt", "phone": b"+12025550123 +442079460958 +0100", "date": b"+0000 (UTC) 20261117"}
    wrong = 0
    for cases, wanted in ((bad, 1), (good, 0)):
        for name, data in cases.items():
            with tempfile.TemporaryDirectory() as folder:
                (pathlib.Path(folder) / "x.eml").write_bytes(data + b"\n")
                if (check(folder) > 0) != bool(wanted):
                    print(f"plant {name}: {'not found' if wanted else 'found, though harmless'}")
                    wrong += 1
    return wrong


if __name__ == "__main__":
    if sys.argv[1:] == ["--plant"]:
        sys.exit(plant() > 0)
    if not sys.argv[1:]:
        sys.exit(__doc__)
    sys.exit(sum(check(a) for a in sys.argv[1:]) > 0)
