"""udev-event.py ACTION INTERFACE: tells who listens in this network namespace what udev would tell of an interface.

A lab has no udevd: it would take care of the machine's devices, too. The device itself is real; only the message that
it came or went is written here, in udev's own form.
"""

import os
import socket
import struct
import sys

action, interface = sys.argv[1:]
properties = b'\0'.join(
    part.encode()
    for part in [
        f'ACTION={action}',
        f'DEVPATH=/devices/virtual/net/{interface}',
        'SUBSYSTEM=net',
        f'INTERFACE={interface}',
        f'SEQNUM={os.getpid()}',
        'USEC_INITIALIZED=1',
        '',
    ]
)
header = struct.pack('=8sI', b'libudev\0', socket.htonl(0xFEEDCAFE))
size = 40
header += struct.pack('=IIIIIII', size, size, len(properties), 0, 0, 0, 0)
assert len(header) == size

NETLINK_KOBJECT_UEVENT = 15
UDEV_GROUP = 2
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_KOBJECT_UEVENT) as netlink:
    netlink.bind((0, 0))
    netlink.sendto(header + properties, (0, UDEV_GROUP))
