"""What the bench scripts share: private instances of ours and of an installed Postfix, on loopback and below one folder, and what their processes use."""
import os, re, shutil, subprocess, sys, time

top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sbin = os.path.join(top, 'build', 'sbin')
dist = '/usr/share/postfix/master.cf.dist'
tick = os.sysconf('SC_CLK_TCK')
sys.dont_write_bytecode = True

def run(*args): subprocess.run(args, check=True, stdout=subprocess.DEVNULL)

def has_postfix(): return os.getuid() == 0 and os.path.exists(dist)

class Server:
    """An instance in its folder: etc, log, spool. Its processes are those that have the spool as working directory."""
    def pids(self):
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                if os.readlink(f'/proc/{pid}/cwd').startswith(f'{self.dir}/'): yield pid
            except OSError: pass
    def cpu(self):
        """CPU seconds since the start, of processes that are gone too: their parent has them."""
        total = 0
        for pid in self.pids():
            try:
                with open(f'/proc/{pid}/stat') as f: total += sum(map(int, f.read().rsplit(')', 1)[1].split()[11:15]))
            except OSError: pass
        return total / tick
    def mark(self):
        """Where the log ends now, for wait_for()."""
        return os.path.getsize(self.log) if os.path.exists(self.log) else 0
    def wait_for(self, count, since, seconds=300):
        """Waits until the log has so many deliveries from a position on."""
        start, found = time.time(), 0
        while found < count:
            if time.time() - start > seconds: sys.exit(f'{self.name} delivered {found} of {count}')
            time.sleep(0.02)
            with open(self.log, 'rb') as f:
                f.seek(since); text = f.read()
            since += text.rfind(b'\n') + 1
            found += text.count(b'status=sent', 0, text.rfind(b'\n') + 1)
    def pss(self):
        """MiB, pages shared with others in proportion."""
        total = 0
        for pid in self.pids():
            try:
                with open(f'/proc/{pid}/smaps_rollup') as f: total += next(int(l.split()[1]) for l in f if l.startswith('Pss:'))
            except (OSError, StopIteration): pass
        return total / 1024

class Ours(Server):
    name = 'ours'
    def __init__(self, work, port, settings, services=''):
        self.dir = os.path.join(work, 'ours'); self.etc = f'{self.dir}/etc'; self.log = f'{self.dir}/log/mail.log'; self.port = port
        run(f'{sbin}/mtasuite', 'init', self.dir, '--hostname', 'mx.bench.example', '--smtp-port', str(port), '--submission-port', str(port + 1),
            '--submissions-port', str(port + 2))
        run(f'{sbin}/postconf', '-c', self.etc, '-e', *settings)
        with open(f'{self.etc}/master.cf', 'a') as f: f.write(services)
        run(f'{sbin}/mtasuite', '-c', self.etc, 'start')
    def stop(self): run(f'{sbin}/mtasuite', '-c', self.etc, 'stop')

class Postfix(Server):
    name = 'postfix'
    def __init__(self, work, port, settings, services=''):
        self.dir = os.path.join(work, 'postfix'); self.etc = f'{self.dir}/etc'; self.log = f'{self.dir}/mail.log'; self.port = port
        for d in ('etc', 'spool', 'data'): os.makedirs(f'{self.dir}/{d}')
        shutil.chown(f'{self.dir}/data', 'postfix')
        with open(f'{self.etc}/main.cf', 'w') as f:
            f.write(f'compatibility_level = 3.6\nqueue_directory = {self.dir}/spool\ndata_directory = {self.dir}/data\nmyhostname = mx.bench.example\n'
                    f'mynetworks = 127.0.0.0/8\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nalias_maps =\nalias_database =\n'
                    f'smtpd_client_connection_count_limit = 0\nmaillog_file = {self.log}\nmaillog_file_prefixes = {self.dir}\n')
            f.writelines(f'{s}\n' for s in settings)
        with open(dist) as f: master = f.read()
        master = re.sub(r'(?m)^smtp      inet .*', f'{port} inet n - n - - smtpd', master)
        master = re.sub(r'(?m)^(\S+ +\S+ +[-yn] +[-yn] +)y ', r'\1n ', master)
        if not re.search('(?m)^postlog', master): master += 'postlog unix-dgram n - n - 1 postlogd\n'
        with open(f'{self.etc}/master.cf', 'w') as f: f.write(master + '\n' + services)
        run('/usr/sbin/postfix', '-c', self.etc, 'start'); time.sleep(2)
    def stop(self): run('/usr/sbin/postfix', '-c', self.etc, 'stop')
