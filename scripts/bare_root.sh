#!/bin/sh
# Creates the root file system of a minimal container in the folder $2: only the program $1, its shared libraries and this
# machine's CA certificates. Used by the Dockerfile and a test.
set -eu

program=$1
root=$2

mkdir -p "$root/usr/bin" "$root/etc/ssl/certs" "$root/proc"
cp "$program" "$root/usr/bin/fluxloop"
chmod 755 "$root/usr/bin/fluxloop"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"

# ldd prints `name => /path (address)` for libraries and `/path (address)` for the loader.
ldd "$program" | sed -n 's|^\(.* => \)\{0,1\}[[:space:]]*\(/[^ ]*\) (0x.*|\2|p' | while read -r library; do
  mkdir -p "$root${library%/*}"
  cp -L "$library" "$root$library"
done
