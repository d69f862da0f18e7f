#!/bin/sh
# Makes a root folder for a container that holds the program $1, the libraries that it names and the certificates of this
# machine, and nothing else. The folder is $2. The Dockerfile uses it, and the test that runs the program in such a folder.
set -eu

program=$1
root=$2

mkdir -p "$root/usr/bin" "$root/etc/ssl/certs" "$root/proc"
cp "$program" "$root/usr/bin/fluxloop"
chmod 755 "$root/usr/bin/fluxloop"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"

# A line is `name => /path (address)`, and for the loader `/path (address)`.
ldd "$program" | sed -n 's|^\(.* => \)\{0,1\}[[:space:]]*\(/[^ ]*\) (0x.*|\2|p' | while read -r library; do
  mkdir -p "$root${library%/*}"
  cp -L "$library" "$root$library"
done
