#!/usr/bin/env python3
"""
What a local user without rights does to every public socket of an instance, and a stranger to its SMTP port: connections that say nothing, garbage, floods of
connections, halves of messages. hostile.py SOCKET... --port PORT [--user NAME]: until it or its parent is ended. It holds no more than a few hundred connections to each.
"""
import argparse, os, pwd, random, resource, socket, threading, time

HELD, FLOOD_PAUSE = 200, 0.002


def connect(address):
    s = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    s.settimeout(2)
    s.connect(address)
    return s


def hold(address):
    """Connects and says nothing, again when it is cut off."""
    held = []
    while True:
        try: held.append(connect(address))
        except OSError: time.sleep(0.2)
        if len(held) >= HELD:
            time.sleep(1)
            held = [s for s in held if is_open(s)]


def is_open(s):
    try: return s.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) != b''
    except BlockingIOError: return True
    except OSError: return False


def flood(address):
    """Comes and goes."""
    while True:
        try: connect(address).close()
        except OSError: time.sleep(0.05)
        time.sleep(FLOOD_PAUSE)


def babble(address):
    """Sends what no client sends: noise, huge lengths, halves of frames and commands."""
    starts = [b'', b'\xff\xff\xff\x7f', b'\x08\x00\x00\x00', b'EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<', b'\x00' * 8, b'{"x":']
    while True:
        try:
            with connect(address) as s:
                s.sendall(random.choice(starts) + random.randbytes(random.randrange(1, 5000)))
                s.recv(1000)
        except OSError: pass
        time.sleep(0.02)


def drip(address):
    """One byte a second."""
    while True:
        try:
            with connect(address) as s:
                while True:
                    s.sendall(random.randbytes(1))
                    time.sleep(1)
        except OSError: time.sleep(0.2)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('socket', nargs='*')
    parser.add_argument('--port', type=int)
    parser.add_argument('--user', help='become this user first')
    options = parser.parse_args()
    parent = os.getppid()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 20_000), most))
    if options.user:
        account = pwd.getpwnam(options.user)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    for address in [*options.socket, ('127.0.0.1', options.port)]:
        # the SMTP server counts clients by address, and the soak's own come from the same one: strangers hold fewer there
        for attack in (hold, flood, babble, drip) if isinstance(address, str) else (babble, drip):
            threading.Thread(target=attack, args=(address,), daemon=True).start()
    while os.getppid() == parent: time.sleep(0.5)
