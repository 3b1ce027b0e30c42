#!/bin/bash
# The first program of the guest, as it lies in the image. All else comes with the project's tree.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
for folder in /run /tmp /root /mnt /var/lib /dev/shm; do
    mkdir -p "$folder"
    mount -t tmpfs none "$folder"
done
mkdir -p /mnt/{tree,out}
modprobe -a 9pnet_virtio 9p
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro tree /mnt/tree
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /mnt/out
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose pycache /opt/pycache/mnt/tree
/bin/bash /mnt/tree/scripts/bluez/init.sh
sync
echo o >/proc/sysrq-trigger
sleep 60
