"""A name server on loopback for tests: TXT and address records from a dictionary, and trouble on request."""
import ipaddress
import socket
import struct
import threading

SILENT, SERVFAIL, REFUSED = "silent", "servfail", "refused"
A, CNAME, TXT, AAAA, NXDOMAIN = 1, 5, 16, 28, 3


def labels(packet, at):
    out = []
    while packet[at]:
        out.append(packet[at + 1:at + 1 + packet[at]].decode())
        at += packet[at] + 1
    return ".".join(out).lower(), at + 1


def record(text):
    data = b"".join(bytes([len(text[i:i + 255])]) + text[i:i + 255] for i in range(0, len(text) or 1, 255))
    return b"\xc0\x0c" + struct.pack("!HHIH", TXT, 1, 60, len(data)) + data


def address_records(entry, kind):
    """The records of one type out of {"A": [...], "AAAA": [...], "CNAME": "other", "ttl": 300}."""
    ttl, records, owner = entry.get("ttl", 300), [], b"\xc0\x0c"
    if "CNAME" in entry:
        target = b"".join(bytes([len(label)]) + label.encode() for label in entry["CNAME"].split(".")) + b"\0"
        records.append(owner + struct.pack("!HHIH", CNAME, 1, ttl, len(target)) + target)
        owner = target
    for text in entry.get({A: "A", AAAA: "AAAA"}.get(kind, ""), []):
        data = ipaddress.ip_address(text).packed
        records.append(owner + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data)
    return records


class Names:
    """texts: name → bytes, a list of bytes (several TXT records), addresses as above, or one of the words above."""

    def __init__(self, texts):
        self.texts, self.asked, self.questions = texts, [], []
        while True:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self.udp.bind(("127.0.0.1", 0))
            self.port = self.udp.getsockname()[1]
            try:
                self.tcp.bind(("127.0.0.1", self.port))
                break
            except OSError:
                self.udp.close()
                self.tcp.close()
        self.tcp.listen(8)
        for serve in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    def answer(self, packet, room):
        name, end = labels(packet, 12)
        self.asked.append(name)
        texts = self.texts.get(name)
        question = packet[12:end + 4]
        if texts == SILENT:
            return None
        rcode = {SERVFAIL: 2, REFUSED: 5}.get(texts, 0) if isinstance(texts, str) else NXDOMAIN if texts is None else 0
        kind = struct.unpack("!H", packet[end:end + 2])[0]
        self.questions.append((name, kind))
        if isinstance(texts, dict):
            if kind in texts.get("fails", []):
                rcode = 2
            records = [] if rcode else address_records(texts, kind)
        else:
            records = [] if rcode else [record(t) for t in (texts if isinstance(texts, list) else [texts])]
        head = struct.pack("!HHHHHH", struct.unpack("!H", packet[:2])[0], 0x8580 | rcode, 1, len(records), 0, 0)
        whole = head + question + b"".join(records)
        if len(whole) <= room:
            return whole
        return struct.pack("!HHHHHH", struct.unpack("!H", packet[:2])[0], 0x8780, 1, 0, 0, 0) + question

    def serve_udp(self):
        while True:
            packet, peer = self.udp.recvfrom(4096)
            answer = self.answer(packet, 1232)
            if answer:
                self.udp.sendto(answer, peer)

    def serve_tcp(self):
        while True:
            peer, _ = self.tcp.accept()
            with peer:
                peer.settimeout(5)
                size = struct.unpack("!H", peer.recv(2))[0]
                answer = self.answer(peer.recv(size), 65535)
                if answer:
                    peer.sendall(struct.pack("!H", len(answer)) + answer)
