#!/bin/sh
# Installs fluxloop, a single executable, from its releases:
#
#   curl -fsSL https://github.com/fluxloop/fluxloop/releases/latest/download/install.sh | sh
#
# FLUXLOOP_VERSION      the version to install, such as 1.2.3; latest by default
# FLUXLOOP_INSTALL_DIR  the folder to install to, instead of ~/.local/bin
#
# Everything is in functions, and only the last line calls one, so that a partly downloaded script runs nothing.
set -eu

RELEASES="https://github.com/fluxloop/fluxloop/releases"
ISSUES="${RELEASES%/releases}/issues"
CHOOSE_FOLDER="Set FLUXLOOP_INSTALL_DIR to another folder."

main() {
  umask 022
  target=$(target_of_this_machine)
  folder=$(install_folder)
  folder=${folder%/}
  checksums=$(checksums_url)
  mkdir -p "$folder" 2>/dev/null || fail "can't create $folder. $CHOOSE_FOLDER"
  [ ! -d "$folder/fluxloop" ] || fail "$folder/fluxloop is a folder. $CHOOSE_FOLDER"

  # In the destination folder, so that the final rename is atomic.
  work=$(mktemp -d "$folder/.fluxloop-install.XXXXXX" 2>/dev/null) || fail "can't write to $folder. $CHOOSE_FOLDER"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM

  fetch "$checksums" "$work/SHA256SUMS"
  archive=$(archive_name "$work/SHA256SUMS" "$target")
  version=$(version_in "$archive" "$target")
  if [ "$(installed_version "$folder/fluxloop")" = "$version" ]; then
    say "fluxloop $version is already installed in $folder."
    return 0
  fi

  say "Downloading fluxloop $version for $target."
  fetch "$RELEASES/download/v$version/$archive" "$work/$archive"
  verify "$work" "$archive"
  unpack "$work" "$archive" "fluxloop-$version-$target/fluxloop"
  mv -f "$work/unpacked/fluxloop-$version-$target/fluxloop" "$folder/fluxloop" || fail "can't replace $folder/fluxloop. $CHOOSE_FOLDER"
  say "Installed fluxloop $version to $folder/fluxloop."
  explain_path "$folder"
}

say() {
  printf '%s\n' "$1"
}

fail() {
  printf 'fluxloop was not installed: %s\n' "$1" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# Prints this machine's target triple, as used in archive names.
target_of_this_machine() {
  system=$(uname -s)
  machine=$(uname -m)
  # Under Rosetta, uname reports an Intel processor.
  if [ "$system" = Darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then
    machine=arm64
  fi
  case "$machine" in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail "there is no release for the processor $machine, only for x86_64 and arm64." ;;
  esac
  case "$system" in
    Linux) ;;
    Darwin)
      say "$machine-apple-darwin"
      return 0
      ;;
    MINGW* | MSYS* | CYGWIN*) fail "on Windows, run this in PowerShell: irm $RELEASES/latest/download/install.ps1 | iex" ;;
    *) fail "there is no release for $system, only for Linux, macOS and Windows." ;;
  esac
  say "$machine-unknown-linux-gnu"
}

install_folder() {
  if [ -n "${FLUXLOOP_INSTALL_DIR:-}" ]; then
    case "$FLUXLOOP_INSTALL_DIR" in
      /*) say "$FLUXLOOP_INSTALL_DIR" ;;
      *) say "$(pwd)/$FLUXLOOP_INSTALL_DIR" ;;
    esac
  elif [ -n "${HOME:-}" ]; then
    say "$HOME/.local/bin"
  else
    fail "HOME is not set. Set FLUXLOOP_INSTALL_DIR to the folder to install to."
  fi
}

checksums_url() {
  wanted=${FLUXLOOP_VERSION:-latest}
  wanted=${wanted#v}
  case "$wanted" in
    latest) say "$RELEASES/latest/download/SHA256SUMS" ;;
    *[!0-9A-Za-z.+-]*) fail "FLUXLOOP_VERSION must be a version such as 1.2.3." ;;
    [0-9]*.[0-9]*.[0-9]*) say "$RELEASES/download/v$wanted/SHA256SUMS" ;;
    *) fail "FLUXLOOP_VERSION must be a version such as 1.2.3." ;;
  esac
}

# Downloads the URL $1 to the file $2.
fetch() {
  if has curl; then
    # Redirects must stay on HTTPS.
    curl --fail --silent --show-error --location --proto "=${RELEASES%%:*}" --connect-timeout 20 --retry 3 \
      --output "$2" "$1" || fail_to_download "$1"
  elif has wget && is_gnu_wget; then
    # wget 1 follows redirects from HTTPS to HTTP, but logs them, so they are checked below. wget2 obeys --https-only: it
    # logs nothing and writes no file.
    wget --quiet --https-only --server-response --tries=3 --connect-timeout=20 --output-document="$2" "$1" 2>"$2.log" ||
      fail_to_download "$1"
    [ -f "$2" ] || fail_to_download "$1"
    insecure=$(sed -n "/^ *[A-Za-z]*: *${RELEASES%%:*}:/d; s/^ *[Ll][Oo][Cc][Aa][Tt][Ii][Oo][Nn]: *[A-Za-z]*:/&/p" "$2.log")
    [ -z "$insecure" ] || fail "$1 redirects to a URL without HTTPS. Try another network, or report it: $ISSUES"
  else
    # BusyBox wget doesn't verify certificates.
    fail "curl or GNU wget is required to download it. Install one of them."
  fi
}

fail_to_download() {
  fail "can't download $1. Check the network connection, the proxy settings and FLUXLOOP_VERSION."
}

is_gnu_wget() {
  case "$(wget --version 2>/dev/null || true)" in
    "GNU Wget"*) return 0 ;;
    *) return 1 ;;
  esac
}

# Prints the name of the archive for the target $2 in the checksums file $1.
archive_name() {
  while read -r _ name; do
    case "$name" in
      */*) ;;
      fluxloop-[0-9]*"-$2.tar.gz")
        say "$name"
        return 0
        ;;
    esac
  done <"$1"
  fail "this release has no archive for $2. Set FLUXLOOP_VERSION to another version."
}

version_in() {
  name=${1#fluxloop-}
  say "${name%"-$2.tar.gz"}"
}

# Prints the version of the program $1, if it exists and runs.
installed_version() {
  if [ -f "$1" ] && [ -x "$1" ]; then
    "$1" --version 2>/dev/null </dev/null | sed -n '1s/^fluxloop \([^ ]*\).*/\1/p'
  fi
}

# Verifies the archive $2 in the folder $1 with SHA256SUMS in the same folder.
verify() {
  expected=$(sed -n "s/^\([0-9a-f]\{64\}\)  $(quoted "$2")\$/\1/p" "$1/SHA256SUMS")
  if has sha256sum; then
    actual=$(sha256sum <"$1/$2")
  elif has shasum; then
    actual=$(shasum -a 256 <"$1/$2")
  elif has openssl; then
    actual=$(openssl dgst -sha256 -r <"$1/$2")
  else
    fail "sha256sum, shasum or openssl is required to verify the download. Install one of them."
  fi
  if [ -z "$expected" ] || [ "${actual%% *}" != "$expected" ]; then
    fail "$2 doesn't match the release's checksum. Try again; if it still fails, report it: $ISSUES"
  fi
}

# Escapes the text $1 for use in a regular expression.
quoted() {
  printf '%s' "$1" | sed 's/[.[*^$\\]/\\&/g'
}

# Unpacks the archive $2 in the folder $1, and checks that its program $3 runs on this machine.
unpack() {
  mkdir "$1/unpacked"
  tar -xzf "$1/$2" -C "$1/unpacked" "$3" || fail "can't unpack $2. Try again."
  if [ ! -f "$1/unpacked/$3" ] || [ -L "$1/unpacked/$3" ]; then fail "$2 doesn't contain fluxloop. Report it: $ISSUES"; fi
  chmod 755 "$1/unpacked/$3"
  output=$("$1/unpacked/$3" --version 2>&1 </dev/null) || fail "the program doesn't run on this system.
$output$(explain_musl)"
}

# Explains on a system with musl, such as Alpine, what is missing.
explain_musl() {
  case "$(ldd --version 2>&1 || true)" in
    *musl*)
      say "
This system uses musl, like Alpine, but fluxloop needs glibc. In a container, start from debian:12-slim, or copy the
ten files that fluxloop needs into the image: ${RELEASES%/releases}/blob/main/docs/ci-and-containers.md#alpine"
      ;;
  esac
}

# Prints how to add the folder $1 to the PATH, or that another fluxloop comes first on it.
explain_path() {
  case ":$PATH:" in
    *":$1:"*)
      found=$(command -v fluxloop || true)
      [ "$found" = "$1/fluxloop" ] || say "Warning: \`fluxloop\` still runs $found, which comes first on your PATH. Remove it, or put $1 first."
      return 0
      ;;
  esac
  say ""
  say "$1 is not on your PATH. To add it:"
  case "${SHELL:-}" in
    */fish) say "  fish_add_path '$1'" ;;
    */zsh) say "  echo 'export PATH=\"$1:\$PATH\"' >> ~/.zshrc && exec zsh" ;;
    */bash) say "  echo 'export PATH=\"$1:\$PATH\"' >> ~/.bashrc && exec bash" ;;
    *) say "  export PATH=\"$1:\$PATH\"" ;;
  esac
}

main "$@"
