#!/usr/bin/env python3
"""
Everything at once, for some minutes: SMTP and sendmail, small and large, one and several recipients, to Maildirs, a command and a server that defers some;
sendmail fed slowly; a destination that hangs; a reload every five seconds; a hostile user on every public socket; in the last third processes killed and
stopped at random. Afterwards every message that was accepted is accounted for.

    soak.py [--minutes N] [--reload SECONDS] [--without hang,hostile,slow,kill,reload] [--seed N] [--keep]

What it checks: nothing accepted is lost; nothing arrives twice unless a daemon that delivers died meanwhile; without kills, mail of others arrives within
five seconds, sendmail succeeds and a reload returns; nothing is called damaged; memory does not grow. Exit status 0: all of that held.
"""
import argparse, collections, os, pwd, random, re, signal, statistics, subprocess, sys, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from mta import ANYBODY, BUILD, HOST, IS_ROOT, READABLE, USER, Instance, Refused, Sink, free_ports, wait_until

TOKEN = re.compile(r'soak-[0-9]+-of-this-run')
LONGEST_DELAY = 5  # seconds
DELIVERS = ('local', 'launcher', 'relay')
KILLED = ('smtpd', 'cleanup', 'qmgr', 'local', 'relay', 'bounce', 'pickup')
HERE = os.path.dirname(os.path.abspath(__file__))


class Book:
    """What was accepted, when and where it arrived, and what happened to the daemons."""
    def __init__(self):
        self.lock = threading.Lock()
        self.accepted = {}  # token -> (time, kind, set of places where it must arrive)
        self.arrived = collections.defaultdict(list)  # (token, place) -> times
        self.deferred = set()  # (token, place) that the next host deferred
        self.deaths, self.refused, self.failures = [], collections.Counter(), collections.Counter()
        self.reloads, self.memory, self.serial = [], [], 0

    def token(self):
        with self.lock:
            self.serial += 1
            return f'soak-{self.serial}-of-this-run'

    def accept(self, token, kind, places):
        with self.lock: self.accepted[token] = (time.monotonic(), kind, set(places))

    def arrive(self, text, place):
        now = time.monotonic()
        with self.lock:
            for token in set(TOKEN.findall(text)): self.arrived[token, place].append(now)

    def fail(self, what):
        with self.lock:
            self.failures[what] += 1
            first = self.failures[what] == 1
        if first: print(f'FAILED: {what}', flush=True)


class Soak:
    def __init__(self, options):
        self.options, self.book, self.stop = options, Book(), threading.Event()
        self.killing = threading.Event()
        self.users = [USER] + ([u.pw_name for u in pwd.getpwall() if u.pw_name in ('news', 'uucp', 'proxy')] if IS_ROOT else [])
        self.random = random.Random(options.seed)
        self.sink = Sink(self.take, self.defers)
        self.hang_port, = free_ports(1)
        self.mta = Instance('soak', 'minimal_backoff_time=2s', 'maximal_backoff_time=4s', 'queue_run_delay=2s', 'transport_retry_time=2s', 'service_throttle_time=2s',
                            'notify_classes=', 'smtpd_tls_security_level=none', 'smtp_tls_security_level=none', 'smtpd_client_connection_count_limit=0',
                            f'transport_maps=inline:{{ hang.example=smtp:[127.0.0.1]:{self.hang_port}, .next.example=smtp:[127.0.0.1]:{self.sink.port} }}')
        self.taken = f'{self.mta.folder}/taken'
        os.mkdir(self.taken)
        os.chmod(self.taken, ANYBODY)
        script = f'{self.mta.folder}/take'
        with open(script, 'w', encoding='utf-8') as f: f.write(f'#!/bin/sh\nf={self.taken}/$$.$(date +%s%N)\ncat > $f.tmp && mv $f.tmp $f\n')
        os.chmod(script, READABLE)
        self.mta.add_aliases(f'program: "|{script}"\n')
        self.children = []

    # ---- where mail arrives ------------------------------------------------------------------------------------------

    def take(self, text, recipients):
        for recipient in recipients: self.book.arrive(text, recipient)

    def defers(self, line):
        """Every twentieth recipient is deferred once."""
        found = re.search(r'<(\S+)@', line)
        if not found or not found.group(1).endswith('7-x') or random.random() < 0.5: return False
        self.book.deferred.add(line.split('<')[1].split('>')[0])
        return True

    def watch(self):
        """Counts and removes what lies in the Maildirs and in the folder of the command."""
        while not self.stop.is_set():
            self.collect()
            time.sleep(0.05)

    def collect(self):
        for place, folder in [(u, f'{self.mta.mail}/{u}/new') for u in self.users] + [('program', self.taken)]:
            try: names = os.listdir(folder)
            except FileNotFoundError: continue
            for name in names:
                if name.endswith('.tmp'): continue
                with open(f'{folder}/{name}', encoding='latin-1') as f: text = f.read()
                os.unlink(f'{folder}/{name}')
                self.book.arrive(text, place)

    # ---- where it comes from -----------------------------------------------------------------------------------------

    def message(self, token):
        size = self.random.choice((200, 2000, 2000, 20_000, 200_000))
        return f'Subject: soak\n\n{token}\n' + 'a line of sixty characters, more or less, to fill a message\n' * (size // 60)

    def recipients(self, token):
        """(addresses, where each must arrive)"""
        number = token.split('-')[1]
        choice = self.random.randrange(10)
        local = [(f'{self.users[0]}@{HOST}', self.users[0])]
        if choice < 4: picked = local
        elif choice < 6: picked = [(f'program@{HOST}', 'program')]
        elif choice < 8: picked = [(f'r{number}-x@a.next.example', f'r{number}-x@a.next.example')]
        else: picked = [(f'{u}@{HOST}', u) for u in self.users] + [(f'r{number}-{d}@{d}.next.example', f'r{number}-{d}@{d}.next.example') for d in 'xyz']
        return [a for a, _ in picked], [p for _, p in picked]

    def smtp(self):
        while not self.stop.is_set():
            try:
                with self.mta.connect(60).greet() as client:
                    for _ in range(self.random.randrange(1, 6)):
                        token = self.book.token()
                        addresses, places = self.recipients(token)
                        client.deliver(f'{USER}@{HOST}', addresses, self.message(token))
                        self.book.accept(token, 'smtp', places)
                        time.sleep(0.05)
            except Refused as e:
                self.note_refusal(f'SMTP reply {e.code}', e.code >= 500)
            except TimeoutError: self.note_refusal('SMTP: no answer within 60 s', True)
            except OSError: self.note_refusal('SMTP: connection lost', False)
            time.sleep(0.05)

    def note_refusal(self, what, bad):
        with self.book.lock: self.book.refused[what] += 1
        if bad and not self.killing.is_set(): self.book.fail(what)
        time.sleep(0.1)

    def sendmail(self):
        while not self.stop.is_set():
            token = self.book.token()
            addresses, places = self.recipients(token)
            self.submit(token, addresses, places, 'sendmail', [self.message(token)], 0)
            time.sleep(0.1)

    def slow(self):
        """slow-job | sendmail"""
        while not self.stop.is_set():
            token, seconds = self.book.token(), self.random.randrange(6, 15)
            lines = [f'Subject: slow\n\n{token}\n'] + [f'line {i}\n' for i in range(seconds)]
            self.submit(token, [f'{self.users[0]}@{HOST}'], [self.users[0]], 'slow', lines, 1)

    def submit(self, token, addresses, places, kind, pieces, pause):
        environment = dict(os.environ, MAIL_CONFIG=self.mta.etc)
        process = subprocess.Popen([f'{BUILD}/sbin/sendmail', '-i', '-f', f'{USER}@{HOST}', *addresses], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, env=environment)
        try:
            for piece in pieces:
                process.stdin.write(piece.encode())
                process.stdin.flush()
                time.sleep(pause)
            process.stdin.close()
        except BrokenPipeError: pass
        try: status = process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
            return self.note_refusal(f'sendmail ({kind}): no end within 60 s', True)
        finally:
            error = b'' if process.poll() is None else process.stderr.read()
            process.stderr.close()
        if status == 0: self.book.accept(token, kind, places)
        else: self.note_refusal(f'sendmail ({kind}): exit status {status} {error.decode("latin-1").strip()[:150]}', True)

    def hang(self):
        """Mail for a host that accepts connections and says nothing."""
        while not self.stop.is_set():
            token = self.book.token()
            try:
                with self.mta.connect(60).greet() as client: client.deliver(f'{USER}@{HOST}', [f'{token}@hang.example'], self.message(token))
                self.book.accept(token, 'hang', ['queue'])
            except (OSError, Refused): pass
            self.stop.wait(2)

    # ---- what happens to the daemons ---------------------------------------------------------------------------------

    def reload(self):
        count = 0
        while not self.stop.wait(self.options.reload):
            count += 1
            start = time.monotonic()
            try:
                self.mta.configure(f'message_size_limit={30_000_000 + count}')
                result = self.mta.tool('mtasuite', '-c', self.mta.etc, 'reload', check=False, timeout=60)
                if result.returncode and not self.killing.is_set(): self.book.fail(f'reload: exit status {result.returncode} {result.stderr.decode("latin-1").strip()[:150]}')
            except subprocess.TimeoutExpired: self.book.fail('reload: no end within 60 s')
            self.book.reloads.append(time.monotonic() - start)

    def kill(self):
        self.killing.wait()
        while not self.stop.wait(self.random.uniform(1, 4)):
            pids = [(p, n) for p, n in self.mta.pids().items() if n in KILLED]
            if not pids: continue
            pid, name = self.random.choice(pids)
            with self.book.lock: self.book.deaths.append((time.monotonic(), name))
            if self.random.random() < 0.6: self.mta.signal(signal.SIGKILL, [pid])
            else:
                self.mta.signal(signal.SIGSTOP, [pid])
                self.stop.wait(2)
                self.mta.signal(signal.SIGCONT, [pid])

    def sample(self):
        while not self.stop.wait(3):
            total = 0
            for pid in self.mta.pids():
                try:
                    with open(f'/proc/{pid}/smaps_rollup', encoding='ascii') as f: total += next(int(l.split()[1]) for l in f if l.startswith('Pss:'))
                except (OSError, StopIteration): pass
            self.book.memory.append(total / 1024)

    # ---- the run -----------------------------------------------------------------------------------------------------

    def start(self):
        if self.mta.tool('mtasuite', '-c', self.mta.etc, 'start', check=False).returncode: raise SystemExit('the instance does not start:\n' + self.mta.log_text())
        wanted = {'smtp': 4, 'sendmail': 2, 'slow': 3, 'hang': 1, 'reload': 1, 'kill': 1, 'watch': 1, 'sample': 1}
        if 'hang' not in self.options.without:
            drop = ['-u', 'nobody'] if IS_ROOT else []
            self.children.append(subprocess.Popen([f'{BUILD}/sbin/smtp-sink', *drop, '--hang', 'CONNECT', f'127.0.0.1:{self.hang_port}', '1000'],
                                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        if 'hostile' not in self.options.without:
            sockets = [f'{self.mta.spool}/public/{s}' for s in os.listdir(f'{self.mta.spool}/public')]
            drop = ['--user', 'nobody'] if IS_ROOT else []
            self.children.append(subprocess.Popen([sys.executable, f'{HERE}/hostile.py', *sockets, '--port', str(self.mta.port), *drop], cwd='/'))
        self.threads = [threading.Thread(target=getattr(self, name), daemon=True) for name, count in wanted.items() if name not in self.options.without for _ in range(count)]
        for thread in self.threads: thread.start()

    def run(self):
        began, last = time.monotonic(), 0
        end = began + self.options.minutes * 60
        kills = 0 if 'kill' in self.options.without else self.options.minutes * 20
        while (now := time.monotonic()) < end and not self.stop.is_set():
            if end - now < kills and not self.killing.is_set():
                self.killing.set()
                self.measured_until = now
                print('now with kills', flush=True)
            if now - last >= 10:
                last = now
                book = self.book
                print(f'soak: {now - began:.0f} of {self.options.minutes * 60:.0f} s, {len(book.accepted)} accepted, {len(book.arrived)} copies arrived, {sum(book.failures.values())} failures, '
                      f'{len(book.reloads)} reloads, {len(book.deaths)} kills, {book.memory[-1] if book.memory else 0:.0f} MiB', flush=True)
            time.sleep(0.2)
        if not self.killing.is_set(): self.measured_until = time.monotonic()

    def settle(self):
        """Ends what makes load and trouble, and waits until all has arrived that can."""
        watch = next(t for t in self.threads if t._target == self.watch)
        self.stop.set()
        for thread in self.threads: thread.join(120)
        for child in self.children:
            child.terminate()
            child.wait()
        self.mta.signal(signal.SIGCONT, self.mta.pids())
        print('waiting for what is under way', flush=True)
        if not wait_until(lambda: self.collect() or not self.missing(), 180, 0.2): self.book.fail('the queue does not run dry: see lost')
        time.sleep(1)
        self.collect()

    def queued(self):
        """Tokens of the messages that are in the queue."""
        tokens = set()
        for file in self.mta.queue_files('incoming', 'active', 'deferred', 'maildrop'):
            try:
                with open(file, encoding='latin-1') as f: tokens.update(TOKEN.findall(f.read()))
            except FileNotFoundError: pass
        return tokens

    def missing(self):
        return [(t, p) for t, (_, _, places) in self.book.accepted.items() for p in places if p != 'queue' and (t, p) not in self.book.arrived]

    def report(self):
        book, queued = self.book, self.queued()
        lost = [(t, p) for t, p in self.missing() if t not in queued] + [(t, 'queue') for t, (_, kind, _) in book.accepted.items() if kind == 'hang' and t not in queued]
        late = [(t, p) for t, p in self.missing() if t in queued]
        twice = [(t, p) for (t, p), times in book.arrived.items() if len(times) > 1]
        unexplained = [(t, p) for t, p in twice if t in book.accepted and not any(
            n in DELIVERS and book.accepted[t][0] - 60 <= when <= book.arrived[t, p][-1] for when, n in book.deaths)]
        hanging = sum(kind == 'hang' for _, kind, _ in book.accepted.values())
        print(f'\naccepted {len(book.accepted) - hanging} messages, {sum(len(p) for _, kind, p in book.accepted.values() if kind != "hang")} copies, and {hanging} for a host that '
              f'hangs; arrived {sum(1 for k in book.arrived if k[0] in book.accepted)} copies; '
              f'lost {len(lost)}; still queued {len(late)}; twice {len(twice)}, of them without a death {len(unexplained)}')
        for name, found in (('lost', lost), ('still queued', late), ('twice without a death', unexplained)):
            if found: book.fail(f'{name}: {len(found)}, as {found[:5]}')
        self.report_delays()
        if book.reloads: print(f'reloads: {len(book.reloads)}, median {statistics.median(book.reloads):.2f} s, longest {max(book.reloads):.2f} s')
        print(f'deaths and stops: {dict(collections.Counter(n for _, n in book.deaths))}')
        print(f'refused: {dict(book.refused)}')
        third = len(book.memory) // 3
        if third >= 5:
            before, after = statistics.median(book.memory[third:2 * third]), statistics.median(book.memory[-third:])
            print(f'memory (PSS): median of the second third {before:.0f} MiB, of the last {after:.0f} MiB, most {max(book.memory):.0f} MiB')
            if after > before * 1.25 + 20: book.fail(f'memory grows: {before:.0f} to {after:.0f} MiB')
        damaged = list(self.mta.queue_files('corrupt'))
        if damaged: book.fail(f'called damaged: {len(damaged)}')
        if 'panic:' in self.mta.log_text(): book.fail('panic in the log')

    def report_delays(self):
        """How long mail took that had nothing to wait for, before the kills began."""
        delays, slow = collections.defaultdict(list), []
        for (token, place), times in self.book.arrived.items():
            entry = self.book.accepted.get(token)
            if entry is None or entry[0] > self.measured_until - LONGEST_DELAY or place in self.book.deferred: continue
            delay = times[0] - entry[0]
            delays['relay' if '@' in place else 'command' if place == 'program' else 'local'].append(delay)
            if delay > LONGEST_DELAY: slow.append((delay, token, place))
        for name, values in sorted(delays.items()):
            values.sort()
            print(f'delay, {name:8} {len(values):6} copies: median {values[len(values) // 2]:.2f} s, 99 % {values[len(values) * 99 // 100]:.2f} s, longest {values[-1]:.2f} s')
        if slow: self.book.fail(f'mail delayed by more than {LONGEST_DELAY} s: {len(slow)} copies, the longest {max(slow)[0]:.1f} s')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--minutes', type=float, default=3); parser.add_argument('--reload', type=float, default=5)
    parser.add_argument('--without', default='', type=lambda text: text.split(',')); parser.add_argument('--seed', type=int, default=random.randrange(1_000_000))
    parser.add_argument('--keep', action='store_true')
    options = parser.parse_args()
    print(f'seed {options.seed}')
    soak = Soak(options)
    signal.signal(signal.SIGTERM, lambda *_: soak.stop.set())
    try:
        soak.start()
        soak.run()
        soak.settle()
        soak.report()
    finally:
        for child in soak.children: child.kill()
        soak.mta.remove(options.keep or bool(soak.book.failures) and os.environ.get('KEEP_FAILED'))
        soak.sink.close()
    for what, count in soak.book.failures.items(): print(f'FAILED {count} times: {what}')
    print('soak: ' + ('failed' if soak.book.failures else 'passed'))
    return 1 if soak.book.failures else 0


if __name__ == '__main__': sys.exit(main())
