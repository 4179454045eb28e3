#!/usr/bin/env python3
"""
Every system call fails once. For one message on each path (paths.py), each daemon's K-th system call between the message's first byte and its removal is made
to fail, or the daemon is killed at its entry, for K = 1, 2, 3 ... until the message is through before the K-th call comes; for each fault that a call can have
(calls.txt). Whatever happens: what was accepted arrives, once, but where docs/STATES.md allows more; nothing is refused or returned for good; nothing hangs;
nothing is called damaged; a daemon that met an error does not die of it.

    every_call.py [--path NAME] [--daemon NAME] [--fault NAME] [--sample N] [--seed S] [--jobs N] [--limit SECONDS] [--keep]

With --sample, N cases drawn at random. Exit status: 0 all is well, 1 something is not, 77 this machine cannot trace processes.
"""
import argparse, collections, os, random, signal, subprocess, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import paths
from mta import wait_until

FAULTS = ('KILL', 'EIO', 'ENOSPC', 'ENOMEM', 'EINTR', 'EMFILE')
CASES_OF_A_DAEMON = 8  # in a sample: an instance for each case would take longer than the cases
PROGRESS = 10  # seconds
HERE = os.path.dirname(os.path.abspath(__file__))
# an error of these calls may keep the mark of a delivery from being written, or its answer from being read: the delivery happens again (docs/STATES.md, state 9)
MARKS = ('pwrite64',)
# a queue file that could not be synced is refused and removed; a scan of qmgr's that came in between has delivered it (docs/STATES.md, state 4)
SYNCS = ('fsync', 'fdatasync', 'syncfs')
LOST_ANSWERS = ('recvfrom', 'recvmsg', 'read/socket', 'epoll_ctl', 'epoll_wait', 'sendto', 'sendmsg', 'write/socket', 'writev/socket')


class CannotTrace(RuntimeError): pass


class Tracer:
    """injector.py on one process."""
    def __init__(self, pid):
        self.pid, self.gone, self.unknown = pid, False, []
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, 'injector.py'), str(pid)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        if self.read() != 'attached': raise CannotTrace(self.process.stderr.read())

    def read(self):
        while True:
            line = self.process.stdout.readline().strip()
            if line.startswith('unknown'): self.unknown.append(line)
            elif line == 'gone' or not line: self.gone = True; return ''
            else: return line

    def order(self, text):
        try:
            self.process.stdin.write(text + '\n')
            self.process.stdin.flush()
        except BrokenPipeError: pass
        return self.read()

    def arm(self, fault, which):
        if self.order(f'arm {fault} {which}') != 'armed': raise ProcessLookupError

    def disarm(self):
        """(how many calls were counted, the one that had the fault, what it was about)"""
        words = self.order('disarm').split()
        if not self.gone and words and words[0] == 'counted':
            result = int(words[1]), words[2], ' '.join(words[3:])
            if self.process.poll() is not None: self.gone = True
            return result
        return 0, '-', ''

    def close(self):
        try: self.process.stdin.close()
        except BrokenPipeError: pass
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


class Report:
    """Counts and failures of all workers."""
    def __init__(self):
        self.lock, self.cases, self.failures, self.rows, self.calls, self.unknown = threading.Lock(), 0, [], [], collections.Counter(), set()
        self.doubled, self.deaths = collections.Counter(), collections.Counter()
        self.started = self.said = time.monotonic()

    def progress(self, text):
        self.said = time.monotonic()
        print(f'faults: {self.cases} cases, {len(self.failures)} failed, {time.monotonic() - self.started:.0f} s; {text}', flush=True)

    def fail(self, where, what, log):
        with self.lock: self.failures.append(f'{where}: {what}')
        print(f'FAILED {where}: {what}\n' + ''.join(f'    {line}\n' for line in log.splitlines()[-25:]), flush=True)


class Worker:
    """All cases of one daemon on one path, in an instance of its own."""
    serial = 0

    def __init__(self, path, daemon, options, report):
        self.path_type, self.daemon, self.options, self.report = path, daemon, options, report
        self.path = self.tracer = None
        self.tokens, self.mark, self.last = {}, 0, ''

    def token(self):
        Worker.serial += 1
        return f'token-{Worker.serial}-of-this-run'

    def run(self, faults):
        self.path = self.path_type()
        try:
            if not self.warm(): return self.report.fail(self.where('-', 0, '-'), 'the first message did not arrive', self.path.mta.log_text())
            if not self.find(): return # a daemon that this build does not have
            counted = self.measure()
            cases = 0
            for fault, numbers in faults(counted):
                missed = 0
                for k in numbers:
                    if self.options.stop: return
                    hit = self.case(fault, k)
                    cases += hit
                    missed = 0 if hit else missed + 1
                    if missed == 2: break
            self.settle()
            with self.report.lock: self.report.rows.append((self.path.name, self.daemon, counted, cases))
        finally:
            if self.tracer: self.tracer.close()
            self.path.close(self.options.keep)

    def find(self):
        pids = self.path.pids(self.daemon)
        return pids[-1] if pids else None

    def attach(self):
        """A tracer on the daemon's process, after a message has gone through it if it is a new one."""
        while self.tracer is None or self.tracer.gone:
            if self.tracer: self.tracer.close()
            self.tracer = None
            if not self.warm(): return False
            pid = self.find()
            if pid is None: return False
            self.tracer = Tracer(pid)
        return True

    def warm(self):
        """A message that nothing happens to: every daemon runs and has served."""
        token, end = self.token(), time.monotonic() + self.options.limit
        while self.path.send(token, self.options.limit) != 'accepted':
            if time.monotonic() > end: return False
            time.sleep(0.1)
            token = self.token()
        return wait_until(lambda: self.path.count(token) > 0 and not self.path.mta.waiting(), self.options.limit)

    def measure(self):
        """How many calls of a message can have each fault."""
        self.attach()
        self.warm()
        self.tracer.arm('COUNT', 0)
        self.warm()
        totals = dict(pair.split('=') for pair in self.tracer.disarm()[2].split())
        return {fault: int(totals.get(fault, 0)) for fault in FAULTS}

    def where(self, fault, k, call): return f'{self.path.name}, {self.daemon}, {fault} {k} ({call})'

    def case(self, fault, k):
        """One message and one fault; True when the fault happened."""
        if not self.attach():
            self.report.fail(self.where(fault, k, '-'), 'no message passes any more', self.path.mta.log_text()[-4000:])
            self.restart()
            return False
        token = self.token()
        try: self.tracer.arm(fault, k)
        except ProcessLookupError:
            self.report.fail(self.last, 'the daemon died afterwards', self.path.mta.log_text(self.mark))
            return True
        self.mark, self.last = self.path.mta.log_mark(), self.where(fault, k, '-')
        start = time.monotonic()
        answer = self.path.send(token, self.options.limit)
        done = wait_until(lambda: not self.path.mta.waiting() and (answer != 'accepted' or self.path.count(token) > 0), self.options.limit)
        _, call, thing = self.tracer.disarm()
        if call == '-': return False
        if fault == 'KILL' or self.tracer.pid not in self.path.mta.pids(): self.tracer.gone = True
        self.tokens[token] = (fault, k, call, answer)
        with self.report.lock: self.report.unknown.update(self.tracer.unknown)
        log, self.last = self.path.mta.log_text(self.mark), self.where(fault, k, f'{call} {thing}')
        self.judge(token, done, log, time.monotonic() - start)
        with self.report.lock:
            self.report.cases += 1
            self.report.calls[call, fault] += 1
        return True

    def judge(self, token, done, log, seconds):
        fault, k, call, answer = self.tokens[token]
        where, mta = self.last, self.path.mta
        problems = []
        if answer == 'timeout': problems.append(f'no answer within {self.options.limit} s')
        if not done and answer == 'accepted' and not mta.waiting(): problems.append('accepted and lost')
        elif not done: problems.append(f'not through within {self.options.limit} s')
        if answer.startswith('refused') and int(answer.split()[1]) >= 500: problems.append(f'refused for good: {answer}')
        if self.path.name != 'notice' and 'status=bounced' in log: problems.append('returned')
        if 'panic:' in log: problems.append('panic')
        if list(mta.queue_files('corrupt')): problems.append('called damaged')
        told_late = self.daemon in self.path.may_deliver_what_it_refused and call in LOST_ANSWERS
        if answer.startswith('refused') and fault != 'KILL' and call not in SYNCS and not told_late and self.path.count(token) > 0: problems.append(f'{answer}, and delivered')
        if self.tracer.gone and fault != 'KILL':
            self.report.deaths[self.daemon, call, fault] += 1
            problems.append('the daemon died of an error')
        problems += self.twice(token) + self.path.complaints(token)
        for problem in problems: self.report.fail(where, problem, log)
        if any(p.startswith(('not through', 'no answer', 'called')) for p in problems): self.restart()

    def twice(self, token):
        fault, k, call, _ = self.tokens[token]
        if self.path.count(token) < 2: return []
        allowed = (fault == 'KILL' and self.daemon in self.path.may_double_when_killed
                   or fault not in ('KILL', 'EINTR') and (call in MARKS or self.daemon == 'relay' and call in LOST_ANSWERS))
        self.report.doubled[self.daemon, call, fault] += 1
        return [] if allowed else [f'delivered {self.path.count(token)} times']

    def restart(self):
        """A new instance, for what comes behind a failure."""
        if self.tracer: self.tracer.close()
        self.tracer = None
        self.path.close(self.options.keep)
        self.path = self.path_type()
        self.tokens = {}

    def settle(self):
        """At the end all messages are looked at once more: what came late counts as well."""
        self.warm()
        late = [t for t, (fault, k, call, answer) in self.tokens.items() if answer == 'accepted' and self.path.count(t) == 0]
        for token in late: self.report.fail(self.where(*self.tokens[token][:3]), 'accepted and lost', '')


def numbers_of(options, draw):
    """Which (fault, K) a worker tries: all, or those that were drawn."""
    def everything(counted):
        for fault in FAULTS:
            if options.fault in (None, fault): yield fault, range(1, 10_000)
    def drawn(counted):
        weighted = [(fault, k) for fault in FAULTS if options.fault in (None, fault) for k in range(1, counted[fault] + 1)]
        for fault, k in draw.sample(weighted, min(options.share, len(weighted))): yield fault, [k]
    return drawn if options.sample else everything


def work(jobs, options, report, draw):
    while not options.stop:
        try: path, daemon = jobs.popleft()
        except IndexError: return
        report.progress(f'{path.name}, {daemon}')
        try: Worker(path, daemon, options, report).run(numbers_of(options, draw))
        except CannotTrace as e: report.cannot = str(e); return
        except (OSError, RuntimeError, subprocess.TimeoutExpired) as e: report.fail(f'{path.name}, {daemon}', repr(e), '')


def summary(options, report):
    print(f'\n{"path":18}{"daemon":10}{"cases":>7}   system calls of a message that can have a fault')
    for path, daemon, counted, cases in sorted(report.rows): print(f'{path:18}{daemon:10}{cases:7}   {" ".join(f"{f} {n}" for f, n in counted.items())}')
    print('\ndelivered twice: ' + (', '.join(f'{d} {c} {f} {n}' for (d, c, f), n in sorted(report.doubled.items())) or 'none'))
    for line in sorted(report.unknown): report.failures.append(f'calls.txt does not have system call {line[8:]}')
    print(f'{report.cases} cases, {len(report.failures)} failed, {time.monotonic() - report.started:.0f} s' + (f', seed {options.seed}' if options.sample else ''))
    for failure in report.failures: print(f'  {failure}')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--path'); parser.add_argument('--daemon'); parser.add_argument('--fault', choices=FAULTS)
    parser.add_argument('--sample', type=int, default=0); parser.add_argument('--seed', type=int, default=random.randrange(1_000_000))
    parser.add_argument('--jobs', type=int, default=2 * (os.cpu_count() or 1)); parser.add_argument('--limit', type=float, default=60)
    parser.add_argument('--keep', action='store_true')
    options = parser.parse_args()
    if os.uname().machine != 'x86_64': print('calls.txt has the numbers of x86-64 only'); return 77
    pairs = [(p, d) for p in paths.ALL for d in p.daemons if options.path in (None, p.name) and options.daemon in (None, d)]
    draw, report = random.Random(options.seed), Report()
    report.cannot = ''
    if options.sample: draw.shuffle(pairs); print(f'seed {options.seed}')
    options.stop = False
    def stop(*_): options.stop = True
    for number in (signal.SIGTERM, signal.SIGINT): signal.signal(number, stop)
    if options.sample: pairs = pairs[:max(1, options.sample // CASES_OF_A_DAEMON)]
    options.share = -(-options.sample // len(pairs))
    jobs = collections.deque(pairs)
    threads = [threading.Thread(target=work, args=(jobs, options, report, draw)) for _ in range(min(options.jobs, len(pairs)))]
    for thread in threads: thread.start()
    while any(t.is_alive() for t in threads):
        time.sleep(0.2)
        if time.monotonic() - report.said >= PROGRESS: report.progress(f'{len(jobs)} daemons to come')
    if report.cannot: print(report.cannot); return 77
    summary(options, report)
    return 1 if report.failures or not report.cases else 0


if __name__ == '__main__': sys.exit(main())
