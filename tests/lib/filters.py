#!/usr/bin/env python3
"""
Filters that edit each message: a field "X-Filtered: yes" in its header section, a line "filtered" at the start of its body, which is replaced.

    filters.py milter PORT         a milter (protocol version 6)
    filters.py smtp PORT NEXT      a server that passes on each command, and the edited message, to the port NEXT
"""
import socket, struct, sys

sys.dont_write_bytecode = True
from server import Server

LOCALHOST = '127.0.0.1'
FIELD, LINE = b'X-Filtered: yes', b'filtered'
VERSION, ADD_HEADERS, REPLACE_BODY = 6, 0x1, 0x2
# connect, HELO, MAIL, RCPT, header fields, their end, unknown commands and DATA are none of its business
UNWANTED = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x100 | 0x200
MOST_BODY = 65_535  # in one packet
NOT_OFFERED = (b'CHUNKING', b'STARTTLS')  # what this server does not understand


def packet(code, data=b''): return struct.pack('>I', len(data) + 1) + code + data


def read(stream, size):
    data = stream.read(size)
    if len(data) < size: raise EOFError
    return data


class Milter(Server):
    def talk(self, client, stream):
        body = []
        while True:
            size, = struct.unpack('>I', read(stream, 4))
            data = read(stream, size)
            code, data = data[:1], data[1:]
            if code == b'Q': return
            if code in b'AK': body = []
            elif code == b'O': client.sendall(packet(b'O', struct.pack('>III', VERSION, ADD_HEADERS | REPLACE_BODY, UNWANTED)))
            elif code == b'B' or code == b'E':
                body.append(data)
                client.sendall(packet(b'c') if code == b'B' else self.edits(b''.join(body)))
                if code == b'E': body = []

    @staticmethod
    def edits(body):
        name, value = FIELD.split(b': ')
        body = LINE + b'\r\n' + body
        pieces = [packet(b'b', body[at:at + MOST_BODY]) for at in range(0, len(body), MOST_BODY)]
        return packet(b'h', name + b'\0' + value + b'\0') + b''.join(pieces) + packet(b'c')


class PassThrough(Server):
    def __init__(self, next_port, port=0):
        self.next_port = next_port
        super().__init__(port)

    def talk(self, client, stream):
        with socket.create_connection((LOCALHOST, self.next_port)) as server, server.makefile('rb') as replies:
            client.sendall(self.reply(replies))
            while True:
                line = self.line(stream)
                server.sendall(line)
                reply = self.reply(replies)
                client.sendall(self.offered(reply) if line[:4].upper() == b'EHLO' else reply)
                if line[:4].upper() == b'QUIT': return
                if line[:4].upper() != b'DATA' or reply[:1] != b'3': continue
                server.sendall(self.edited(self.content(stream)))
                client.sendall(self.reply(replies))

    @staticmethod
    def line(stream):
        line = stream.readline()
        if not line.endswith(b'\r\n'): raise EOFError
        return line

    def reply(self, replies):
        lines = [self.line(replies)]
        while lines[-1][3:4] == b'-': lines.append(self.line(replies))
        return b''.join(lines)

    @staticmethod
    def offered(reply):
        lines = [l for l in reply.splitlines() if l[4:].split(b' ')[0].upper() not in NOT_OFFERED]
        return b''.join(l[:3] + (b' ' if l is lines[-1] else b'-') + l[4:] + b'\r\n' for l in lines)

    def content(self, stream):
        lines = [self.line(stream)]
        while lines[-1] != b'.\r\n': lines.append(self.line(stream))
        return b''.join(lines)

    @staticmethod
    def edited(content):
        header, empty, body = content.partition(b'\r\n\r\n')
        return FIELD + b'\r\n' + header + empty + LINE + b'\r\n' + body


def main():
    kind, port, *others = sys.argv[1:]
    if kind == 'milter': Milter(int(port))
    else: PassThrough(int(others[0]), int(port))
    # whoever started it holds the other end
    sys.stdin.read()


if __name__ == '__main__': main()
