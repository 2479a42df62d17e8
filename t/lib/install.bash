# SPDX-License-Identifier: MIT
# Installs what is missing on Debian and its relatives; read by quickstart and
# check. Servers that come along are neither started now nor at boot: they are
# needed as programs only.

# What a normal user's PATH may lack.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# Reads lines "package kind name"; kind is command, library (pkg-config's name),
# perl (a module) or file (a pattern). Prints the packages of what is not there.
missing_packages() {
	local package kind name
	while read -r package kind name; do
		has "$kind" "$name" || printf '%s\n' "$package"
	done | sort -u
}

has() {
	case $1 in
	command) command -v "$2" ;;
	library) pkg-config --exists "$2" ;;
	perl) perl -M"$2" -e 1 ;;
	file) compgen -G "$2" ;;
	esac >/dev/null 2>&1
}

# Status 2: not installed, the reason is printed.
install_packages() {
	local as_root=()
	if ! command -v apt-get >/dev/null; then
		echo "Missing, by Debian's names: $*"
		echo 'There is no apt-get here: please install them yourself.'
		return 2
	fi
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null || ! can_sudo; then
			echo "Missing: $*"
			echo "As root: apt-get install --no-install-recommends $*"
			return 2
		fi
		as_root=(sudo)
	fi
	echo "Installing with apt-get (servers are not started): $*"
	"${as_root[@]}" sh -s -- "$@" >/dev/null <<-'END' || return 2
	set -eu
	export DEBIAN_FRONTEND=noninteractive
	policy=/usr/sbin/policy-rc.d
	if ! [ -e "$policy" ]; then
		trap 'rm -f "$policy"' EXIT
		trap 'exit 130' HUP INT TERM
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	apt-get -qq update </dev/null
	apt-get -qq -y --no-install-recommends install "$@" </dev/null
	for service in nginx apache2 lighttpd fcgiwrap; do
		case " $* " in
		*" $service "*)
			update-rc.d "$service" disable </dev/null || :
			;;
		esac
	done
	END
}

# With a terminal sudo may ask for the password.
can_sudo() {
	[ -t 0 ] || sudo -n true 2>/dev/null
}
