#!/bin/bash
# What happens in the guest, from the project's tree: the bus, the modules, then the scenarios.
# Mounted: the tree at /mnt/tree (read-only), /mnt/out for all that is to be kept.
export PYTHONPATH=/opt/packages:/mnt/tree PYTHONPYCACHEPREFIX=/opt/pycache PYTHONUNBUFFERED=1
export LANG=C.UTF-8 TZ=UTC NO_COLOR=1
mkdir -p /run/dbus /var/lib/dbus /var/lib/bluetooth
ip link set lo up
modprobe -a hci_vhci uhid 2>/dev/null
dbus-uuidgen --ensure
dbus-daemon --system --fork
cd /mnt/tree
echo "GUEST ready after $(cut -d' ' -f1 /proc/uptime) s: kernel $(uname -r), BlueZ $(/usr/libexec/bluetooth/bluetoothd -v), $(python3 -V)"
python3 -m scripts.bluez.guest
echo "GUEST ended after $(cut -d' ' -f1 /proc/uptime) s"
