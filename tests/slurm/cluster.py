#!/usr/bin/python3
"""A private, real Slurm of several nodes on this one host, for the tests beside it and for trying things by hand.

    python3 tests/slurm/cluster.py [--nodes N] [--cpus N] COMMAND...   runs a command inside, then ends all of it

Everything (keys, sockets, ports, state, logs) lives in one scratch folder and in namespaces of its own: when the
command ends, or is killed, the kernel ends every process of the cluster, jobs and orphans included. Each node is a
slurmd with its own host name, its own /dev/shm and its own folder for PMIx: without these, Open MPI takes all ranks
for neighbours and their files collide. Nothing of the system's own Slurm, if there is one, is touched.

Needs root, and Debian's slurm-wlm and munge. Exit status: the command's; 77 where these are missing.
"""
import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sinfo", "sbatch", "srun", "scontrol", "unshare")
ENTER = ("unshare", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc")
INSIDE = "EPILUX_TEST_CLUSTER"  # set inside the namespaces
START_PATIENCE = 60  # s until the nodes must be idle
SKIPPED = 77


def find_missing():
    """Says what this machine lacks for a private Slurm, or returns None."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [name for name in PROGRAMS if not shutil.which(name, path=path)]
    if missing:
        return f"no {', '.join(missing)} here; on Debian: apt-get install slurm-wlm munge"
    if os.geteuid() != 0:
        return "a private Slurm needs root"
    if subprocess.run([*ENTER, "unshare", "--uts", "--mount", "true"], capture_output=True, check=False).returncode != 0:
        return "this machine allows no namespaces, in which alone several nodes can share a host"
    return None


def find_ports(n):
    """n TCP ports that nobody uses."""
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


# Slurm's defaults are for days and thousands of nodes; here a requeued job may start after 5 s (cred_expire, less is refused), a silent
# node is down after 12 s, and a job that does not end is killed after 5 s.
CONFIGURATION = """ClusterName=private
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort={ports[0]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/log/slurmctld
SlurmdLogFile={folder}/log/slurmd-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
SwitchType=switch/none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
JobRequeue=1
KillWait=5
MinJobAge=86400
InactiveLimit=0
SlurmctldTimeout=60
SlurmdTimeout=12
MessageTimeout=10
SchedulerType=sched/builtin
SchedulerParameters=sched_min_interval=0,sched_interval=2,batch_sched_delay=0
MailProg=/bin/true
{nodes}
PartitionName=test Nodes={names} Default=YES MaxTime=INFINITE State=UP
PartitionName=urgent Nodes={names} MaxTime=INFINITE State=UP PriorityTier=10
"""


class Cluster:
    """The daemons, inside the namespaces. Use it with `with`."""

    def __init__(self, n_nodes=3, n_cpus=4):
        self.folder = tempfile.mkdtemp(prefix="epx-slurm-")
        self.names = [f"n{i + 1}" for i in range(n_nodes)]
        self.ports = find_ports(1 + n_nodes)
        self.n_cpus = n_cpus
        self.conf = os.path.join(self.folder, "slurm.conf")
        self.daemons = {}

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        for name in ("munge", "state", "spool", "log"):
            os.makedirs(os.path.join(self.folder, name), 0o755)
        os.chmod(self.folder, 0o755)
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        os.environ["SLURM_CONF"] = self.conf
        for name in [name for name in os.environ if name.startswith(("SLURM_", "SBATCH_")) and name != "SLURM_CONF"]:
            del os.environ[name]
        self.write_configuration()
        self.start_munge()
        self.run("slurmctld", ["slurmctld", "-D", "-f", self.conf])
        for name in self.names:
            self.start_node(name)
        self.wait_for_nodes(len(self.names))

    def write_configuration(self):
        memory = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20 * 0.9 / len(self.names))
        nodes = "\n".join(f"NodeName={name} NodeHostname={name} NodeAddr=127.0.0.1 Port={port} CPUs={self.n_cpus} "
                          f"RealMemory={memory} State=UNKNOWN" for name, port in zip(self.names, self.ports[1:]))
        with open(self.conf, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(host=socket.gethostname().split(".")[0], ports=self.ports,
                                            folder=self.folder, nodes=nodes, names=",".join(self.names)))

    def start_munge(self):
        key, sock = (os.path.join(self.folder, "munge", name) for name in ("key", "socket"))
        with open(os.open(key, os.O_CREAT | os.O_WRONLY, 0o400), "wb") as file:
            file.write(os.urandom(1024))
        files = [f"--{what}-file={self.folder}/munge/{what}" for what in ("pid", "log", "seed")]
        self.run("munged", ["munged", "--foreground", f"--socket={sock}", f"--key-file={key}", *files])
        end = time.monotonic() + START_PATIENCE
        while not os.path.exists(sock):
            assert time.monotonic() < end, f"munged does not start: {self.read_log('munged')}"
            time.sleep(0.05)

    def start_node(self, name):
        """One slurmd. mpi.conf must stand beside the slurm.conf that slurmd reads, so that each has a folder."""
        folder = os.path.join(self.folder, name)
        os.makedirs(os.path.join(folder, "pmix"), exist_ok=True)
        os.makedirs(os.path.join(self.folder, "spool", name), exist_ok=True)
        shutil.copy(self.conf, os.path.join(folder, "slurm.conf"))
        with open(os.path.join(folder, "mpi.conf"), "w", encoding="ascii") as file:
            file.write(f"PMIxCliTmpDirBase={folder}/pmix\n")
        self.run(f"slurmd-{name}", ["unshare", "--uts", "--mount", "sh", "-c",
                                    'hostname "$1" && mount -t tmpfs tmpfs /dev/shm && exec slurmd -D -N "$1" -f "$2"',
                                    "sh", name, os.path.join(folder, "slurm.conf")])

    def run(self, name, words):
        with open(os.path.join(self.folder, "log", name + ".out"), "ab") as log:
            self.daemons[name] = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def kill_node(self, name):
        """Ends a node's slurmd as a crash would; its jobs' processes stay, as they would."""
        daemon = self.daemons.pop(f"slurmd-{name}")
        daemon.kill()
        daemon.wait()

    def list_nodes(self):
        """{name: state}, as sinfo says; empty while it does not answer."""
        answer = subprocess.run(["sinfo", "-h", "-N", "-o", "%N %T"], capture_output=True, text=True, check=False)
        return dict(line.split() for line in answer.stdout.splitlines() if len(line.split()) == 2)

    def wait_for_nodes(self, n):
        end = time.monotonic() + START_PATIENCE
        while sum(state in ("idle", "mixed", "allocated") for state in self.list_nodes().values()) < n:
            assert time.monotonic() < end, (f"sinfo says {self.list_nodes()}; {self.read_log('slurmctld')}"
                                            f"{self.read_log('slurmd-n1')}")
            time.sleep(0.1)

    def read_log(self, name):
        text = ""
        for path in (name, name + ".out"):
            path = os.path.join(self.folder, "log", path)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    text += "".join(f"{name}: {line}" for line in file.readlines()[-15:])
        return text

    def stop(self):
        for daemon in self.daemons.values():
            daemon.terminate()
        for daemon in self.daemons.values():
            try:
                daemon.wait(5)
            except subprocess.TimeoutExpired:
                daemon.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def run_inside():
    """To be called first by a test: goes on inside the namespaces. What was this process waits outside of them, and all
    ends with it. Inside, bash is the first process and collects the orphans."""
    if os.environ.get(INSIDE):
        return
    missing = find_missing()
    if missing:
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)
    os.environ[INSIDE] = "1"
    sys.stdout.flush()
    os.execvp(ENTER[0], [*ENTER, "bash", "-c", '"$@"; exit $?', "bash", sys.executable, "-B", *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--cpus", type=int, default=4)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    run_inside()
    with Cluster(arguments.nodes, arguments.cpus):
        sys.exit(subprocess.run(arguments.command or [os.environ.get("SHELL", "/bin/sh")], check=False).returncode)


if __name__ == "__main__":
    main()
