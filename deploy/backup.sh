#!/bin/sh
# One backup in a folder of its own under $1, and the list of the erased; of folders the newest 14 stay.
# Both databases hold people's words: MOTCUA_BACKUP_KEYS seals them, or else the place must be encrypted. The keys
# (with MOTCUA_SECRET, MOTCUA_PHOTO_KEYS) must not be in it. What is half-made has no manifest.json and is never counted among the 14.
set -eu
umask 077
where=$1
keep=${2:-14}
cd /app 2>/dev/null || cd "$(dirname "$0")/.."
python=.venv/bin/python
now=$(date -u +%Y-%m-%dT%H-%M-%SZ)
"$python" -m bot.privacy erased > "$where/erased.txt.new"
mv "$where/erased.txt.new" "$where/erased.txt"
"$python" -m bot.privacy backup "$where/$now"
ls -d "$where"/*Z/manifest.json | sort -r | tail -n +"$((keep + 1))" | while read -r old; do rm -r "${old%/manifest.json}"; done
echo "$where/$now"
