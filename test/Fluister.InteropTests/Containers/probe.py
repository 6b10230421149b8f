"""Listens, or tells what a container's inside is like: what the process may do, what it can write, whom it can reach."""
import json, os, socket, sys, threading


def listen(port):
    """Answers everybody who connects, on every address."""
    server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
    while True:
        client, _ = server.accept()
        client.sendall(b"heard\n")
        client.close()


def reach(target):
    """What became of a connection to ADDRESS/PORT."""
    address, port = target.rsplit("/", 1)
    try:
        with socket.create_connection((address, int(port)), timeout=3) as client:
            return client.recv(16).decode().strip()
    except OSError as error:
        return type(error).__name__ + ": " + str(error)


def write(path):
    try:
        with open(path, "ab"):
            return "written"
    except OSError as error:
        return type(error).__name__


def tell(settings):
    status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
    mounts = {line.split()[1]: line.split()[3].split(",") for line in open("/proc/mounts")}
    memory = [p for p in ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max") if os.path.exists(p)]
    print(json.dumps({
        "user": [os.getuid(), os.getgid()],
        "capabilities": {name: status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")},
        "noNewPrivileges": status["NoNewPrivs"].strip(),
        "seccomp": status["Seccomp"].strip(),
        "memory": open(memory[0]).read().strip() if memory else None,
        "mounts": mounts,
        "interfaces": sorted(os.listdir("/sys/class/net")),
        "routes": open("/proc/net/route").read().splitlines()[1:],
        "written": {path: write(path) for path in settings["write"]},
        "reached": {target: reach(target) for target in settings["reach"]},
    }))


if __name__ == "__main__":
    if sys.argv[1] == "listen":
        listen(int(sys.argv[2]))
    else:
        tell(json.loads(sys.argv[2]))
