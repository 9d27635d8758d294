#!/bin/sh
# Lays Debian sid's rustc, with its standard library for wasm32-wasip2, and lld beside the system
# (default /opt/sid), which itself is left as it is. For machines on which rustup cannot fetch
# that target. `sid_rust.sh [folder]`, then RUSTC=<folder>/bin/rustc.
set -eu
to=${1:-/opt/sid}
mkdir -p "$to/lists/partial" "$to/cache/archives/partial" "$to/root" "$to/bin"
touch "$to/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main" \
  > "$to/sources.list"
cat > "$to/apt.conf" <<CONF
Dir::Etc::SourceList "$to/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$to/lists";
Dir::State::status "$to/status";
Dir::Cache "$to/cache";
CONF
export APT_CONFIG="$to/apt.conf"
apt-get -q update

# What rustc is linked against changes its name with each release.
needs() { apt-cache depends "$1" | sed -n "s/.*Depends: \\($2[0-9.]*\\)\$/\\1/p" | head -n 1; }
std=$(needs libstd-rust-dev libstd-rust-)
llvm=$(needs "$std" libllvm)
lld=lld-${llvm#libllvm}
cd "$to/cache/archives"
apt-get -q download rustc libstd-rust-dev libstd-rust-dev-wasm32 "$std" "$llvm" "$lld" \
  libc6 libgcc-s1 libstdc++6 libxml2-16 libz3-4 libffi8 libedit2 libtinfo6 libzstd1 zlib1g \
  libgmp10 libbsd0 libmd0
for package in *.deb; do dpkg -x "$package" "$to/root"; done

# sid's programs need sid's libc, so each is started by its own loader.
root="$to/root/usr"
start() { # name, program, more arguments
  cat > "$to/bin/$1" <<RUN
#!/bin/sh
exec "$root/lib64/ld-linux-x86-64.so.2" --argv0 "$1" \\
  --library-path "$root/lib/x86_64-linux-gnu:$root/lib" "$(readlink -f "$root/bin/$2")" $3 "\$@"
RUN
  chmod +x "$to/bin/$1"
}
start rustc rustc "--sysroot $root"
start wasm-ld "wasm-ld-${llvm#libllvm}" ""

# rustc links wasm32-wasip2 by this.
command -v wasm-component-ld > /dev/null || cargo install --locked --root "$to" wasm-component-ld
