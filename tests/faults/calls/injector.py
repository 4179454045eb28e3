#!/usr/bin/env python3
"""
Makes one system call of a running process fail, or kills the process at its entry. x86-64 Linux.

    injector.py PID

Attaches to all threads by ptrace (PTRACE_SEIZE) and reads orders from standard input, one a line:

    arm FAULT K     from now on count the calls that can have FAULT (calls.txt); the K-th one has it. FAULT is KILL or an error such as EIO
    arm COUNT 0     count the calls that can have each fault; nothing happens to them
    disarm          stop counting

Each is answered by one line: "armed", or "counted N CALL OBJECT", where N is how many calls were counted, CALL is the one that had the fault ("-": none had it yet) and
OBJECT its file; after COUNT, "counted 0 - KILL=N EIO=N ...".
The process ends when the traced process does, after the line "gone", or at the end of standard input. A call that calls.txt does not know is reported
by "unknown NUMBER KIND".

strace's own injection counts the calls of each thread and of each name by itself; here the calls of all threads are counted together, so that K = 1, 2, 3 ... reaches
every call of the process.
"""
import collections, ctypes, errno, os, signal, struct, sys, threading

TRACEME_OPTIONS = 0x1 | 0x8  # PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE: threads, not child processes
SEIZE, INTERRUPT, LISTEN, SYSCALL, POKEUSER, GET_SYSCALL_INFO = 0x4206, 0x4207, 0x4208, 24, 6, 0x420e
EVENT_STOP = 128
WALL = 0x40000000
ORIG_RAX, RAX = 15 * 8, 10 * 8  # offsets in struct user
OPENAT = 257
MEMORY = ('/proc/meminfo', '/proc/self/statm', '/sys/fs/cgroup/')  # where the runtime's collector looks how much memory there is
ENTRY, EXIT = 1, 2  # ptrace_syscall_info.op

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, tid, address=0, data=0):
    if libc.ptrace(request, tid, address, data) < 0:
        number = ctypes.get_errno()
        if number != errno.ESRCH: raise OSError(number, f'ptrace {request} {tid}')
        return False
    return True


def read_table():
    """{number: {kind: (name, faults, after)}}; kind '' is any descriptor. Faults with a + come in place of the result of a call that is carried out."""
    table = {}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'calls.txt'), encoding='utf-8') as lines:
        for line in lines:
            words = line.split('#')[0].split()
            if not words: continue
            number, name, faults = int(words[0]), words[1], words[2:]
            name, _, kind = name.partition('/')
            after = {f[1:] for f in faults if f[0] == '+'}
            table.setdefault(number, {})[kind] = (f'{name}/{kind}' if kind else name, {f.lstrip('+') for f in faults if f != '-'}, after)
    return table


class Injector:
    def __init__(self, pid):
        self.pid, self.table, self.lock = pid, read_table(), threading.Lock()
        self.fault, self.wanted, self.counted, self.hit = None, 0, 0, '-'
        self.totals = collections.Counter()
        self.pending = {}  # thread -> errno that its call is to return
        self.unknown = set()
        self.info = ctypes.create_string_buffer(96)

    def say(self, text):
        with self.lock: sys.stdout.write(text + '\n'); sys.stdout.flush()

    def attach(self):
        seen = set()
        while True:
            new = {int(t) for t in os.listdir(f'/proc/{self.pid}/task')} - seen
            if not new: return
            for tid in new:
                seen.add(tid)
                try:
                    if ptrace(SEIZE, tid, 0, TRACEME_OPTIONS): ptrace(INTERRUPT, tid)
                except PermissionError:
                    if tid == self.pid: raise  # another one, started meanwhile by a thread that is traced, is traced already

    def kind(self, descriptor):
        try: target = os.readlink(f'/proc/{self.pid}/fd/{descriptor}')
        except OSError: return 'none'
        if target.startswith(MEMORY): return 'memory'
        if target.startswith('/'): return 'device' if target.startswith('/dev/') else 'file'
        return {'socket:': 'socket', 'pipe:': 'pipe', 'anon_inode:': target.rsplit('[', 1)[-1].rstrip(']')}.get(target.partition('[')[0], 'other')

    def look_up(self, number, arguments):
        rows = self.table.get(number)
        if rows is None: kind = ''
        elif number == OPENAT and self.text(arguments[1], '').startswith(MEMORY): return rows['memory']
        elif '' in rows: return rows['']
        else:
            kind = self.kind(ctypes.c_int(arguments[0] & 0xffffffff).value)
            if kind in rows: return rows[kind]
            if kind == 'none': return ('none', {'KILL'}, set())  # a bad descriptor: the call fails by itself
        if (number, kind) not in self.unknown:
            self.unknown.add((number, kind))
            self.say(f'unknown {number} {kind}')
        return ('unknown', set(), set())

    def describe(self, arguments):
        """What the call is about: the file of its descriptor, or its path."""
        try: return os.readlink(f'/proc/{self.pid}/fd/{ctypes.c_int(arguments[0] & 0xffffffff).value}').replace(' ', '_') + self.text(arguments[1], '/')
        except OSError: return self.text(arguments[0], '') or self.text(arguments[1], '') or '-'

    def text(self, address, before):
        """The path at an address of the process; empty when there is none."""
        try:
            with open(f'/proc/{self.pid}/mem', 'rb', 0) as memory:
                memory.seek(address)
                path = memory.read(200).split(b'\0')[0].decode('ascii')
        except (OSError, ValueError, OverflowError): return ''
        return before + path.replace(' ', '_') if path and path.isprintable() else ''

    def at_entry(self, tid, number, arguments):
        if self.fault is None: return
        name, faults, after = self.look_up(number, arguments)
        if self.fault == 'COUNT': self.totals.update(faults)
        if self.fault not in faults: return
        with self.lock:
            self.counted += 1
            if self.counted != self.wanted: return
            self.hit = f'{name} {self.describe(arguments)}'
        if self.fault == 'KILL':
            os.kill(self.pid, signal.SIGKILL)
            return
        if self.fault not in after: ptrace(POKEUSER, tid, ORIG_RAX, ctypes.c_void_p(-1))
        self.pending[tid] = getattr(errno, self.fault)

    def at_stop(self, tid):
        size = libc.ptrace(GET_SYSCALL_INFO, tid, len(self.info), ctypes.addressof(self.info))
        if size < 24: return
        if self.info.raw[0] == ENTRY:
            number, *arguments = struct.unpack_from('<QQQ', self.info.raw, 24)
            self.at_entry(tid, number, arguments)
        elif self.info.raw[0] == EXIT and tid in self.pending:
            ptrace(POKEUSER, tid, RAX, ctypes.c_void_p(-self.pending.pop(tid)))

    def trace(self):
        while True:
            try: tid, status = os.waitpid(-1, WALL)
            except ChildProcessError: return
            if not os.WIFSTOPPED(status):
                self.pending.pop(tid, None)
                continue
            number, event, request = os.WSTOPSIG(status), status >> 16, SYSCALL
            if number == signal.SIGTRAP | 0x80:
                self.at_stop(tid)
                number = 0
            elif event == EVENT_STOP:
                if number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU): request = LISTEN
                number = 0
            elif event: number = 0
            ptrace(request, tid, 0, number)

    def answer(self): return f'counted {self.counted} {self.hit} {" ".join(f"{fault}={n}" for fault, n in self.totals.items())}'

    def obey(self):
        for line in sys.stdin:
            words = line.split()
            with self.lock:
                if words[0] == 'arm': self.totals.clear(); self.wanted, self.counted, self.hit, self.fault, answer = int(words[2]), 0, '-', words[1], 'armed'
                else: self.fault, answer = None, self.answer()
            self.say(answer)
        os._exit(0)


if __name__ == '__main__':
    injector = Injector(int(sys.argv[1]))
    injector.attach()
    injector.say('attached')
    threading.Thread(target=injector.obey, daemon=True).start()
    injector.trace()
    injector.say(injector.answer())
    injector.say('gone')
