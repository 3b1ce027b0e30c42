#!/usr/bin/env bash
# Makes one image: Debian with its kernel, bluetoothd and Python, and the locked packages. As root.
# build.sh SUITE FOLDER PYTHON REQUIREMENTS: FOLDER gets rootfs.img, vmlinuz and initrd.img.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
suite="$1" folder="$2" python="$3" requirements="$4"
root="$folder/root" initrd="$folder/initrd"

# In memory while it is made: dpkg waits for the disk thousands of times.
mkdir -p "$root"
mount -t tmpfs -o size=3g,mode=755 image "$root"
trap 'umount "$root"' EXIT

# The mirror that this machine's own apt uses; where that is not Debian's, debootstrap's default.
mirror="$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk '$1 == "Debian" && $2 !~ /security/ {print $2; exit}')"

# The image is started from an initrd of our own: Debian's need not be made.
INITRD=No debootstrap --variant=minbase --include=linux-image-amd64,bluez,dbus,kmod,python3,iproute2 \
    "$suite" "$root" ${mirror:+"$mirror"}
kernel="$(basename "$root"/lib/modules/*)"
version="$(chroot "$root" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')"

# What the program needs, as wheels for the guest's Python.
platforms=()
for tag in manylinux_2_{36,35,34,31,28,27,26,24,17,12,5}_x86_64 manylinux{2014,2010,1}_x86_64; do
    platforms+=(--platform "$tag")
done
"$python" -m pip install --quiet --root-user-action ignore --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    --python-version "$version" --implementation cp "${platforms[@]}" \
    --target "$root/opt/packages" -r "$requirements"
# Compiled here, where the processor is a real one; the bytecode of the tree is kept beside (boot.sh).
PYTHONPYCACHEPREFIX=/opt/pycache chroot "$root" python3 -m compileall -q -j 0 \
    /opt/packages "/usr/lib/python$version" >/dev/null || true
mkdir -p "$root/opt/pycache/mnt/tree"

# Of the kernel's modules only those of Bluetooth, of what it encrypts with, and of a virtual machine.
(
    cd "$root/lib/modules/$kernel/kernel"
    find . -name '*.ko*' | grep -vE '^./(crypto|lib|arch|net/(bluetooth|9p|rfkill)|fs/(9p|netfs|ext4|jbd2|mbcache|fscache)|drivers/(bluetooth|virtio|block/virtio|char/hw_random))' |
        grep -vE '/mbcache' | xargs rm -f
)
chroot "$root" depmod "$kernel"
rm -rf "$root"/usr/share/{doc,locale,man,i18n} "$root"/var/cache/apt "$root"/var/lib/apt/lists
install -m 755 "$here/boot.sh" "$root/opt/boot"

# A small first root, which mounts the image: a fifth of the time that Debian's own takes.
mkdir -p "$initrd"/{bin,modules,dev,proc,root}
cp "$(command -v busybox)" "$initrd/bin/busybox"
for module in ext4 virtio_pci virtio_blk; do
    chroot "$root" modprobe -S "$kernel" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' | while read -r file; do
    name="$(basename "${file%.xz}")"
    case "$file" in
        *.xz) xz -dc "$root$file" >"$initrd/modules/$name" ;;
        *) cp "$root$file" "$initrd/modules/$name" ;;
    esac
    echo "$name" >>"$initrd/modules/order"
done
cat >"$initrd/init" <<'INIT'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
for m in $($b cat /modules/order); do $b insmod "/modules/$m"; done
$b mount -t ext4 /dev/vda /root && exec $b switch_root /root /opt/boot
INIT
chmod 755 "$initrd/init"
(cd "$initrd" && find . | cpio -o -H newc --quiet | gzip -1) >"$folder/initrd.img"

cp "$root/boot/vmlinuz-$kernel" "$folder/vmlinuz"
rm -rf "$root/boot" "$initrd"
mke2fs -q -F -t ext4 -O ^has_journal -d "$root" "$folder/rootfs.img" 1G
