#!/usr/bin/env python3
"""Writes a mailbox of feedback reports and the inventory they are about: the same for the same arguments.

usage: mailbox.py COUNT MBOX INVENTORY [--addresses N] [--size BYTES] [--every SECONDS]

Each mail is an ARF report (RFC 5965) of about SIZE bytes about one of N addresses, from one of a few operators, SECONDS
after the one before. Everything in it is invented; addresses are of 2001:db8::/32."""
import argparse
import base64
import random
import time

START = 1793527200  # 2026-11-01T10:00:00Z
OPERATORS = ["mailbox.example", "traps.example", "fbl.example", "spamwatch.example"]


def moment(seconds):
    return time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(seconds))


def address(number):
    return f"2001:db8:{number >> 16:x}:{number & 0xffff:x}::7"


def body(rng, size):
    raw = base64.b64encode(rng.randbytes(size * 3 // 4)).decode()
    return "\n".join(raw[i:i + 76] for i in range(0, len(raw), 76))


def mail(rng, number, at, source, size):
    who = OPERATORS[rng.randrange(len(OPERATORS))]
    filling = body(rng, max(size - 2200, 100))
    return f"""From feedback@{who} {time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(at))}
Return-Path: <feedback@{who}>
Received: from out.{who} (out.{who} [203.0.113.25])
\tby mx.provider.example (Postfix) with ESMTPS id 4B{number:06x}
\tfor <abuse@provider.example>; {moment(at)}
Authentication-Results: mx.provider.example;
\tdkim=pass header.d={who}
From: Feedback <feedback@{who}>
To: abuse@provider.example
Subject: Complaint about message from {source}
Date: {moment(at - 5)}
Message-ID: <{number}.{at}@{who}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
\tboundary="=_{number:08x}"

--=_{number:08x}
Content-Type: text/plain; charset=us-ascii

This is an email abuse report for a message received from
{source} on {moment(at - 60)}.

--=_{number:08x}
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Watch/1.0
Version: 1
Source-IP: {source}
Arrival-Date: {moment(at - 60)}
Original-Mail-From: <sender{number % 97}@customer.example>
Original-Rcpt-To: <reader@{who}>

--=_{number:08x}
Content-Type: message/rfc822

Received: from host.customer.example (host.customer.example [{source}])
\tby mx.{who} with ESMTP id A{number:06x}; {moment(at - 60)}
From: <sender{number % 97}@customer.example>
To: <reader@{who}>
Subject: An offer of the day
Date: {moment(at - 62)}
Message-ID: <{number}@customer.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

{filling}

--=_{number:08x}--

"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("count", type=int)
    parser.add_argument("mbox")
    parser.add_argument("inventory")
    parser.add_argument("--addresses", type=int, default=0)
    parser.add_argument("--size", type=int, default=6000)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(20261101)
    addresses = options.addresses or options.count
    with open(options.mbox, "w", newline="\n") as out:
        for number in range(options.count):
            source = address(rng.randrange(addresses) if options.addresses else number)
            out.write(mail(rng, number, START + number * options.every, source, options.size))
    with open(options.inventory, "w", newline="\n") as out:
        for number in range(addresses):
            out.write(f'{{"prefix": "2001:db8:{number >> 16:x}:{number & 0xffff:x}::/64", "customer": "c{number}", '
                      f'"server": "vm{number}", "network_driver": "dry-run", "network_handle": "port-{number}", '
                      f'"contacts": [{{"name": "Owner {number}", "role": "owner", '
                      f'"mail": "owner@c{number}.example", "phone": "+12025550123"}}]}}\n')


if __name__ == "__main__":
    main()
