"""Tries a host's nftables rules with real packets, in a network namespace of its own (started by `unshare --net`).

    packets.py NFT RULES "OPEN…" "SHUT…" "OUT…" "NO_WAY_OUT…"     ports, of the host's own address or as ADDRESS:PORT of the link-local one

A second namespace is the other end: 10.0.0.1 is a host of the estate (or a pod, to a node), 203.0.113.1 somebody in the world.
"""

import ctypes
import os
import socket
import subprocess
import sys
import threading

HOST, AGENT, ESTATE, WORLD = "10.0.0.2", "169.254.170.23", "10.0.0.1", "203.0.113.1"


def run(*command):
    subprocess.run(command, check=True)


def of_host(one):
    address, _, port = one.rpartition(":")
    return address or HOST, int(port)


def listen(ports):
    for port in set(ports):
        server = socket.create_server(("0.0.0.0", port))
        threading.Thread(target=lambda s: [s.accept() for _ in iter(int, 1)], args=(server,), daemon=True).start()


def reaches(address, port, source=None):
    try:
        with socket.create_connection((address, port), 0.7, (source, 0) if source else None):
            return True
    except OSError:
        return False


def other_end(ports, inside, asked, told):
    """Lives in the second namespace; answers what it reaches of the host."""
    ctypes.CDLL(None).unshare(0x40000000)
    os.write(told, b"there\n")
    os.read(asked, 1)
    run("ip", "link", "set", "lo", "up")
    run("ip", "address", "add", f"{ESTATE}/24", "dev", "far")
    run("ip", "address", "add", f"{WORLD}/24", "dev", "far")
    run("ip", "link", "set", "far", "up")
    run("ip", "route", "add", AGENT, "via", HOST)
    listen(ports)
    os.write(told, b"ready\n")
    os.read(asked, 1)
    for source in (ESTATE, WORLD):
        os.write(told, (" ".join(one for one in inside if reaches(*of_host(one), source)) + "\n").encode())
    os.read(asked, 1)
    os._exit(0)


def main(nft, rules, *ports):
    opened, shut = (one.split() for one in ports[:2])
    out, no_way = ([int(port) for port in one.split()] for one in ports[2:])
    asked, ask = os.pipe()
    tell, told = os.pipe()
    child = os.fork()
    if child == 0:
        other_end(out + no_way, opened + shut, asked, told)
    said = os.fdopen(tell)
    said.readline()
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far")
    run("ip", "link", "set", "far", "netns", str(child))
    run("ip", "address", "add", f"{HOST}/24", "dev", "near")
    run("ip", "address", "add", f"{AGENT}/32", "dev", "near")
    run("ip", "link", "set", "near", "up")
    run("ip", "route", "add", "default", "via", ESTATE)
    listen(of_host(one)[1] for one in opened + shut)
    os.write(ask, b".")
    said.readline()
    # without rules all is reached: or the test would show nothing
    before = all(reaches(ESTATE, port) for port in out + no_way)
    run(nft, "-f", rules)
    os.write(ask, b".")
    from_estate, from_world = (said.readline().split() for _ in range(2))
    reached = [port for port in out + no_way if reaches(ESTATE, port)]
    os.write(ask, b".")
    os.waitpid(child, 0)
    for what, have, want in (
        ("before the rules", before, True),
        ("from the estate", sorted(from_estate), sorted(opened)),
        ("from the world", from_world, []),
        ("to the estate", sorted(reached), sorted(out)),
    ):
        print(what, have)
        if have != want:
            sys.exit(f"{what}: {have}, not {want}")


main(*sys.argv[1:])
