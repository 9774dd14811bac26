"""The same work through libvirt-python. Usage: program.py URI DOMAIN [loop]; see ../README.md for what the verbs mean."""

import gc
import json
import mmap
import os
import sys
import threading
import time

import libvirt

uri, name, *mode = sys.argv[1:]


def run_loop():
    while True:
        libvirt.virEventRunDefaultImpl()


if "loop" in mode:
    libvirt.virEventRegisterDefaultImpl()
    libvirt.virEventAddTimeout(60000, lambda timer, opaque: None, None)
    threading.Thread(target=run_loop, daemon=True).start()

conn = libvirt.open(uri)
domain = conn.lookupByName(name)


def state():
    return domain.state()[0]


def lookup():
    conn.lookupByName(name)
    return 1


def list_domains():
    return sum(len(each.name()) for each in conn.listAllDomains())


def states():
    return sum(stats["state.state"] for _, stats in conn.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE))


def open_close():
    libvirt.open(uri).close()
    return 1


VERBS = {"state": state, "lookup": lookup, "list": list_domains, "states": states, "open": open_close}


def timed(run, count):
    result = None
    start = time.monotonic_ns()
    for _ in range(count):
        result = run()
    return {"ns": time.monotonic_ns() - start, "result": result}


def events(count):
    arrived = threading.Semaphore(0)
    arrivals = []

    def on_event(*_):
        arrivals.append(time.monotonic_ns())
        arrived.release()

    registration = conn.domainEventRegisterAny(domain, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, on_event, None)
    stamp = mapped(os.environ["HVKIT_BENCH_STAMP"])
    from_call, from_callback = [], []
    for i in range(count):
        start = time.monotonic_ns()
        if i % 2:
            domain.resume()
        else:
            domain.suspend()
        arrived.acquire()
        from_call.append(arrivals[i] - start)
        from_callback.append(arrivals[i] - int.from_bytes(stamp[:8], sys.byteorder))
    conn.domainEventDeregisterAny(registration)
    return {"fromCall": from_call, "fromCallback": from_callback}


def mapped(path):
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def handles(lists):
    list_domains()
    gc.collect()
    before = resident()
    held = [conn.listAllDomains() for _ in range(lists)]
    gc.collect()
    return {"handles": sum(len(each) for each in held), "resident": resident() - before}


def answer(verb, count):
    if verb == "events":
        return events(count)
    if verb == "handles":
        return handles(count)
    return timed(VERBS[verb], count)


print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    verb, count = line.split()
    print(json.dumps(answer(verb, int(count))), flush=True)
